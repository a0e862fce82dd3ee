package dev.weft.fakes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** An application whose connections carry no requests: it sends back what it gets, on loopback. */
public final class ByteEcho implements AutoCloseable {
  private final ServerSocket socket;

  /** Started. */
  public ByteEcho() throws IOException {
    socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** Where it listens. */
  public int port() {
    return socket.getLocalPort();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket caller = socket.accept();
        Thread.ofVirtual().start(() -> echo(caller));
      } catch (IOException e) {
        // Closed.
        return;
      }
    }
  }

  private static void echo(Socket caller) {
    try (caller) {
      caller.getInputStream().transferTo(caller.getOutputStream());
    } catch (IOException e) {
      // The caller went away; it will say so itself.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
