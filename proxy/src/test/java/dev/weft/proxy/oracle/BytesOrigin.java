package dev.weft.proxy.oracle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.testing.FakeOrigin;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Answers requests over HTTP/1.1 with {@code bytes}. Bodies are read by their {@code
 * content-length} before, unless the answer is {@code early}.
 */
final class BytesOrigin extends RawOrigin {

  private static final long CLOSES_AFTER_NANOS = 100_000_000;

  BytesOrigin(List<Map<String, Object>> answers) {
    super(answers);
  }

  @Override
  void serve(Socket socket, int born) throws IOException {
    InputStream in = socket.getInputStream();
    for (String head = head(in); !head.isEmpty(); head = head(in)) {
      FakeOrigin.Request request = request(head);
      Map<String, Object> answer = answer(request.path());
      String length = request.header("content-length");
      int body = length == null ? 0 : Integer.parseInt(length);
      boolean early = answer.containsKey("early");
      in.readNBytes(early ? 0 : body);
      record(request, born);
      socket.getOutputStream().write(String.valueOf(answer.get("bytes")).getBytes(ISO_8859_1));
      if (answer.containsKey("close")) {
        // Who reads the end together with the answer may take it for an end without one.
        LockSupport.parkNanos(CLOSES_AFTER_NANOS);
        return;
      }
      in.readNBytes(early ? body : 0);
    }
  }

  /** Empty: the connection has ended. */
  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int read = in.read(); read >= 0; read = in.read()) {
      head.append((char) read);
      if (read == '\n' && head.toString().endsWith("\r\n\r\n")) {
        return head.toString();
      }
    }
    return "";
  }

  private static FakeOrigin.Request request(String head) {
    String[] lines = head.split("\r\n");
    String[] start = lines[0].split(" ");
    List<String> headers = new ArrayList<>();
    String host = "";
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      String name = lines[i].substring(0, colon);
      String value = lines[i].substring(colon + 1).strip();
      if (name.equalsIgnoreCase("host")) {
        host = value;
      }
      headers.add(name);
      headers.add(value);
    }
    return new FakeOrigin.Request(start[0], start[1], host, headers, new byte[0], List.of());
  }
}
