package dev.weft.proxy.http.router;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * A way to a host that can go silent as a stopped process does: connections are accepted and held,
 * nothing passes.
 */
final class FreezingLink implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final CountDownLatch thawed = new CountDownLatch(1);
  private final int target;
  private volatile boolean frozen;

  FreezingLink(int target) throws IOException {
    this.target = target;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  void freeze() {
    frozen = true;
  }

  private void accept() {
    try {
      while (true) {
        Socket in = listening.accept();
        Socket out = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.addAll(List.of(in, out));
        Thread.ofVirtual().start(() -> copy(in, out));
        Thread.ofVirtual().start(() -> copy(out, in));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] buffer = new byte[1 << 14];
    try (from;
        to) {
      for (int n = from.getInputStream().read(buffer); n >= 0; ) {
        if (frozen) {
          thawed.await();
          return;
        }
        to.getOutputStream().write(buffer, 0, n);
        n = from.getInputStream().read(buffer);
      }
    } catch (IOException | InterruptedException closed) {
      // Either end is gone.
    }
  }

  @Override
  public void close() throws IOException {
    thawed.countDown();
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
