package dev.weft.proxy.http.codec;

import io.netty.util.AsciiString;

/** Which bytes may stand where (RFC 9110 section 5, RFC 3986). Stateless. */
public final class HttpChars {
  private static final byte TOKEN = 1;
  private static final byte VALUE = 2;
  private static final byte TARGET = 4;
  private static final byte HOST = 8;
  private static final byte[] CLASSES = new byte[256];

  static {
    for (int c = 0x21; c < 0x7f; c++) {
      CLASSES[c] |= VALUE | TARGET;
    }
    // A fragment never goes over the wire (RFC 9110 section 7.1).
    CLASSES['#'] &= ~TARGET;
    CLASSES[' '] |= VALUE;
    CLASSES['\t'] |= VALUE;
    // obs-text (RFC 9110 section 5.5): opaque, passed on.
    for (int c = 0x80; c < 0x100; c++) {
      CLASSES[c] |= VALUE;
    }
    mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", TOKEN | HOST);
    mark("!#$%&'*+-.^_`|~", TOKEN);
    mark("-._~:[]%!$&'()*+,;=", HOST);
  }

  private HttpChars() {}

  private static void mark(String chars, int classes) {
    for (int i = 0; i < chars.length(); i++) {
      CLASSES[chars.charAt(i)] |= (byte) classes;
    }
  }

  static boolean isToken(byte b) {
    return (CLASSES[b & 0xff] & TOKEN) != 0;
  }

  static boolean isValue(byte b) {
    return (CLASSES[b & 0xff] & VALUE) != 0;
  }

  static boolean isTarget(byte b) {
    return (CLASSES[b & 0xff] & TARGET) != 0;
  }

  /** Whether it is a token: a method or a header name. */
  public static boolean isToken(CharSequence text) {
    return !text.isEmpty() && all(text, TOKEN);
  }

  /** Whether it may be the value of a header field. */
  public static boolean isValue(CharSequence text) {
    return all(text, VALUE);
  }

  /** Whether it may be a path with its query. */
  public static boolean isTarget(CharSequence text) {
    return !text.isEmpty() && all(text, TARGET);
  }

  /** Whether it may be a host with an optional port: no user information, no path. */
  public static boolean isAuthority(CharSequence text) {
    return !text.isEmpty() && all(text, HOST);
  }

  private static boolean all(CharSequence text, byte wanted) {
    if (text instanceof AsciiString bytes) {
      return all(bytes.array(), bytes.arrayOffset(), bytes.length(), wanted);
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 0xff || (CLASSES[c] & wanted) == 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean all(byte[] bytes, int from, int length, byte wanted) {
    for (int i = from; i < from + length; i++) {
      if ((CLASSES[bytes[i] & 0xff] & wanted) == 0) {
        return false;
      }
    }
    return true;
  }
}
