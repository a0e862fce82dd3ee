package dev.weft.bench.soak;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that sends back each frame that it gets; a thread for each connection. */
final class WebSocketEcho implements AutoCloseable {
  private static final int BACKLOG = 100;
  private static final int LARGEST_HEAD = 16 * 1024;

  private final ServerSocket server;

  WebSocketEcho(int port) throws IOException {
    server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("weft-soak-echo").start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The end of the run.
    }
  }

  private static void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      head(in);
      // The client here is our own: it does not look at the answer to its key.
      out.write(
          "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: -\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      while (true) {
        WebSocketFrame frame = WebSocketFrame.read(in);
        frame.write(out, 0);
        if (frame.opcode() == WebSocketFrame.CLOSE) {
          return;
        }
      }
    } catch (IOException gone) {
      // Whether that was an error is the client's to say.
    }
  }

  /** Reads a head to its end, and answers its first line. */
  static String head(DataInputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
      head.append((char) in.readUnsignedByte());
      if (head.length() > LARGEST_HEAD) {
        throw new IOException("a head that does not end");
      }
    }
    return head.substring(0, head.indexOf("\r\n"));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
