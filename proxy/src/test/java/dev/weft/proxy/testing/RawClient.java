package dev.weft.proxy.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A client that sends bytes as they are and reads HTTP/1.1 answers. Blocking. */
public final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  public RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(30_000);
    this.in = socket.getInputStream();
  }

  /** Connects to a local port. */
  public static RawClient to(int port) throws IOException {
    return new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  public Socket socket() {
    return socket;
  }

  /** Sends text as ISO-8859-1. */
  public RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Ends our direction. */
  public RawClient finish() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /**
   * An answer.
   *
   * @param headers names in lower case and values in turn
   */
  public record Answer(
      int status, List<String> headers, String body, List<String> trailers, boolean chunked) {
    public @Nullable String header(String name) {
      int at = headers.indexOf(name);
      return at < 0 ? null : headers.get(at + 1);
    }
  }

  /** GETs a path on a connection that stays open. */
  public Answer get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nhost: test\r\n\r\n").read();
  }

  /** Reads one answer. */
  public Answer read() throws IOException {
    return read(false);
  }

  /** Reads an answer's head and nothing else: of a HEAD request, or of 1xx. */
  public Answer readHead() throws IOException {
    return read(true);
  }

  private Answer read(boolean headOnly) throws IOException {
    String statusLine = line();
    int status = Integer.parseInt(statusLine.substring(9, 12));
    List<String> headers = fields();
    String length = value(headers, "content-length");
    boolean chunked = "chunked".equals(value(headers, "transfer-encoding"));
    if (headOnly || status == 204 || status == 304 || status < 200) {
      return new Answer(status, headers, "", List.of(), chunked);
    }
    if (chunked) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int size = chunkSize(); size > 0; size = chunkSize()) {
        body.writeBytes(bytes(size));
        line();
      }
      return new Answer(status, headers, body.toString(ISO_8859_1), fields(), true);
    }
    String body =
        new String(
            length == null ? in.readAllBytes() : bytes(Integer.parseInt(length)), ISO_8859_1);
    return new Answer(status, headers, body, List.of(), false);
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private static @Nullable String value(List<String> headers, String name) {
    int at = headers.indexOf(name);
    return at < 0 ? null : headers.get(at + 1);
  }

  private List<String> fields() throws IOException {
    List<String> fields = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      fields.add(line.substring(0, colon).toLowerCase(Locale.ROOT));
      fields.add(line.substring(colon + 1).strip());
    }
    return fields;
  }

  /** So many bytes. */
  public byte[] bytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new IOException("the connection ended after " + bytes.length + " of " + count);
    }
    return bytes;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("the connection ended within a line: \"" + line + "\"");
      }
      line.append((char) b);
    }
    return line.substring(0, line.length() - 1);
  }

  /** Whether the peer ends the connection; waits for it, and reads over what comes before. */
  public boolean ended() throws IOException {
    try {
      in.readAllBytes();
      return true;
    } catch (SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
