package dev.weft.proxy.http.codec;

import io.netty.util.AsciiString;

/** Status codes as text, without allocating. */
final class Statuses {
  private static final AsciiString[] TEXTS = new AsciiString[600];

  static {
    for (int status = 100; status < TEXTS.length; status++) {
      TEXTS[status] = AsciiString.cached(Integer.toString(status));
    }
  }

  private Statuses() {}

  static AsciiString text(int status) {
    return TEXTS[status];
  }

  /** 100 to 599; 0: something else. */
  static int parse(CharSequence text) {
    if (text.length() != 3) {
      return 0;
    }
    int status = 0;
    for (int i = 0; i < 3; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      status = status * 10 + digit;
    }
    return status >= 100 && status < 600 ? status : 0;
  }
}
