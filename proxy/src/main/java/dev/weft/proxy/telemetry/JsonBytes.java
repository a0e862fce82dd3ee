package dev.weft.proxy.telemetry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** A line of JSON as it grows, in UTF-8: without the strings that it would be put together of. */
final class JsonBytes {
  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
  private static final int MAX_DIGITS = 20;

  /** Of one {@code char}: an escape. */
  private static final int MAX_BYTES = 6;

  private byte[] bytes = new byte[1024];
  private int at;

  void clear() {
    at = 0;
  }

  void writeTo(OutputStream to) throws IOException {
    to.write(bytes, 0, at);
  }

  private byte[] room(int more) {
    if (bytes.length - at < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
    }
    return bytes;
  }

  /** As it is. */
  JsonBytes raw(byte[] text) {
    System.arraycopy(text, 0, room(text.length), at, text.length);
    at += text.length;
    return this;
  }

  /** One character of ASCII. */
  JsonBytes raw(char one) {
    room(1)[at++] = (byte) one;
    return this;
  }

  JsonBytes number(long value) {
    if (value < 0) {
      return raw(Long.toString(value).getBytes(US_ASCII));
    }
    byte[] to = room(MAX_DIGITS);
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    long left = value;
    for (int i = at + digits - 1; i >= at; i--) {
      to[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    at += digits;
    return this;
  }

  /** The inside of a string: what a peer sends must not end the string or the line. */
  JsonBytes escaped(String value) {
    int length = value.length();
    byte[] to = room(length);
    int end = at;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (plain(c)) {
        to[end++] = (byte) c;
        continue;
      }
      at = end;
      to = room(length - i + MAX_BYTES);
      to[end++] = '\\';
      if (c == '"' || c == '\\') {
        to[end++] = (byte) c;
      } else {
        to[end++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
          to[end++] = HEX[c >> shift & 0xf];
        }
      }
    }
    at = end;
    return this;
  }

  private static boolean plain(char c) {
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
  }
}
