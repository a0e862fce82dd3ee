package dev.weft.gateway.app;

import dev.weft.proxy.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A link: passes bytes on, swallows them as a black hole does, or is cut. */
final class Relay implements AutoCloseable {

  private final HostPort to;
  private final ServerSocket server;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private volatile boolean silent;

  Relay(HostPort to) throws IOException {
    this.to = to;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", server.getLocalPort());
  }

  /** Whether bytes are swallowed, those of connections that exist too. */
  void silent(boolean swallow) {
    silent = swallow;
  }

  private void accept() {
    try {
      while (true) {
        Socket near = server.accept();
        Socket far = new Socket(to.host(), to.port());
        open.addAll(List.of(near, far));
        Thread.ofVirtual().start(() -> copy(near, far));
        Thread.ofVirtual().start(() -> copy(far, near));
      }
    } catch (SocketException cut) {
      // The end of the test.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void copy(Socket from, Socket into) {
    byte[] buffer = new byte[8192];
    try (from;
        into) {
      for (int n = from.getInputStream().read(buffer);
          n >= 0;
          n = from.getInputStream().read(buffer)) {
        if (!silent) {
          into.getOutputStream().write(buffer, 0, n);
        }
      }
    } catch (IOException cut) {
      // One end is gone, so is the other.
    }
  }

  /** Cuts the link: what is open is closed, and nobody is let in again. */
  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
