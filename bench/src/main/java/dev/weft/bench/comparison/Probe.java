package dev.weft.bench.comparison;

import dev.weft.bench.peer.Ground;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One request, and the status that it has to have: a proxy that lets everything through would be
 * measured as something else.
 *
 * @param what for people
 * @param path what is asked for
 * @param headers besides {@code Host}, each a line
 */
record Probe(String what, String path, List<String> headers, int status) {
  private static final int LIMIT_MILLIS = 15_000;
  private static final int LINE = "HTTP/1.1 200".length();

  Probe {
    headers = List.copyOf(headers);
  }

  /**
   * Asks a proxy on 127.0.0.1.
   *
   * @throws IOException when it answers otherwise, or not at all
   */
  void require(String peer, int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(LIMIT_MILLIS);
      StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
      request.append("Host: ").append(Ground.HOST).append("\r\nConnection: close\r\n");
      headers.forEach(header -> request.append(header).append("\r\n"));
      socket
          .getOutputStream()
          .write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
      String line =
          new String(socket.getInputStream().readNBytes(LINE), StandardCharsets.ISO_8859_1);
      if (!line.equals("HTTP/1.1 " + status)) {
        // The path and the kind of token, never the token itself.
        throw new IOException(
            peer + " answers " + what + " with \"" + line + "\" instead of " + status);
      }
    }
  }
}
