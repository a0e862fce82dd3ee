package dev.weft.agent.policycases;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The application behind the sidecar: answers a request with its head, and bytes with themselves.
 */
final class EchoApplication implements AutoCloseable {
  /** What a caller of bytes sends. */
  static final String BYTES = "BYTES\r\n\r\n";

  private final ServerSocket server;

  EchoApplication() throws IOException {
    server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  int port() {
    return server.getLocalPort();
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> answer(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void answer(Socket socket) {
    try (socket) {
      String head = head(socket.getInputStream());
      String answer =
          head.equals(BYTES)
              ? BYTES
              : "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: "
                  + head.length()
                  + "\r\n\r\n"
                  + head;
      socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      socket.shutdownOutput();
      socket.getInputStream().skip(Long.MAX_VALUE);
    } catch (IOException e) {
      // The caller went away; it will say so itself.
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      head.append((char) c);
      if (c == '\n' && head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
        break;
      }
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
