package dev.weft.proxy.oracle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.testing.RawHttp2;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * HTTP/2 frames in lines of text, valid or not:
 *
 * <pre>
 * headers 1 end : :method=GET | :path=/     continuation 1 : x=y
 * data 1 end : text                         priority 1 1
 * reset 1 8     window 1 100     settings 4=0     ping     goaway 0
 * frame 9 4 1 00ff                          type, flags, stream, payload
 * 1000 ping                                 so many of them
 * await 1                                    a caller: until this stream is answered
 * pause 500                                  milliseconds: until what is unread fills all buffers
 * 1000 step headers 1 end : ...             the same, each on the client's next stream
 * </pre>
 *
 * {@code open} in place of {@code end} or beside it leaves END_HEADERS out. {@code x=(100 y)}
 * stands for a value of that many letters.
 */
final class Frames {

  private final RawHttp2 connection;
  private final int offset;

  /**
   * @param offset added to the ids of streams
   */
  Frames(RawHttp2 connection, int offset) {
    this.connection = connection;
    this.offset = offset;
  }

  /** Sends what a line says. */
  void send(String line) throws IOException {
    int times = 1;
    int step = 0;
    String rest = line;
    if (Character.isDigit(rest.charAt(0))) {
      times = Integer.parseInt(rest.substring(0, rest.indexOf(' ')));
      rest = rest.substring(rest.indexOf(' ') + 1);
    }
    if (rest.startsWith("step ")) {
      step = 2;
      rest = rest.substring(5);
    }
    for (int i = 0; i < times; i++) {
      one(rest, offset + i * step);
    }
  }

  private void one(String line, int shift) throws IOException {
    int colon = line.indexOf(" : ");
    String text = colon < 0 ? "" : line.substring(colon + 3);
    String[] words = (colon < 0 ? line : line.substring(0, colon)).split(" ");
    List<String> all = List.of(words);
    int end = all.contains("end") ? RawHttp2.END_STREAM : 0;
    int last = all.contains("open") ? 0 : RawHttp2.END_HEADERS;
    switch (words[0]) {
      case "headers" ->
          connection.send(RawHttp2.HEADERS, end | last, stream(words, shift), block(text));
      case "continuation" -> connection.send(9, last, stream(words, shift), block(text));
      case "data" ->
          connection.send(
              RawHttp2.DATA, end, stream(words, shift), expanded(text).getBytes(ISO_8859_1));
      case "priority" ->
          connection.send(
              2, 0, stream(words, shift), bytes(Integer.parseInt(words[2]) + shift, 16));
      case "reset" -> connection.reset(stream(words, shift), Integer.parseInt(words[2]));
      case "window" ->
          connection.send(
              RawHttp2.WINDOW_UPDATE,
              0,
              words[1].equals("0") ? 0 : stream(words, shift),
              bytes(Integer.parseInt(words[2])));
      case "settings" -> connection.send(RawHttp2.SETTINGS, 0, 0, settings(words));
      case "ping" -> connection.send(RawHttp2.PING, 0, 0, new byte[8]);
      case "goaway" -> connection.goAway(Integer.parseInt(words[1]), 0);
      case "frame" ->
          connection.send(
              Integer.parseInt(words[1]),
              Integer.parseInt(words[2]),
              words[3].equals("0") ? 0 : Integer.parseInt(words[3]) + shift,
              words.length > 4 ? HexFormat.of().parseHex(words[4]) : new byte[0]);
      default -> throw new IllegalStateException("frame: " + line);
    }
  }

  private static int stream(String[] words, int shift) {
    int id = Integer.parseInt(words[1]);
    return id == 0 ? 0 : id + shift;
  }

  private static byte[] settings(String[] words) {
    byte[] payload = new byte[6 * (words.length - 1)];
    for (int i = 1; i < words.length; i++) {
      String[] pair = words[i].split("=");
      int at = 6 * (i - 1);
      payload[at + 1] = (byte) Integer.parseInt(pair[0]);
      System.arraycopy(bytes((int) Long.parseLong(pair[1])), 0, payload, at + 2, 4);
    }
    return payload;
  }

  private static byte[] block(String text) {
    List<String> fields = new ArrayList<>();
    for (String field : text.isEmpty() ? new String[0] : text.split(" \\| ", -1)) {
      int equals = field.indexOf('=');
      fields.add(field.substring(0, equals));
      fields.add(expanded(field.substring(equals + 1)));
    }
    return RawHttp2.block(fields.toArray(String[]::new));
  }

  /** A text, or so many letters. */
  static String expanded(String text) {
    if (!text.startsWith("(") || !text.endsWith(")")) {
      return text;
    }
    String[] parts = text.substring(1, text.length() - 1).split(" ");
    return parts[1].repeat(Integer.parseInt(parts[0]));
  }

  private static byte[] bytes(int value, int... more) {
    byte[] bytes = new byte[4 + more.length];
    for (int i = 0; i < 4; i++) {
      bytes[i] = (byte) (value >> (24 - 8 * i));
    }
    for (int i = 0; i < more.length; i++) {
      bytes[4 + i] = (byte) more[i];
    }
    return bytes;
  }
}
