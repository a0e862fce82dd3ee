package dev.weft.proxy.http.router;

import dev.weft.proxy.http.HeaderList;

/** The {@code grpc-timeout} header (gRPC over HTTP/2, "Requests"). Pure. */
final class GrpcTimeout {
  /** Its name. */
  static final String HEADER = "grpc-timeout";

  private static final int MAX_DIGITS = 8;
  private static final long MAX_VALUE = 99_999_999;

  private GrpcTimeout() {}

  /**
   * What a request asks for in milliseconds, rounded up; -1: nothing, or nothing understandable.
   */
  static long millis(HeaderList headers) {
    String text = headers.get(HEADER);
    int digits = text == null ? 0 : text.length() - 1;
    if (text == null || digits < 1 || digits > MAX_DIGITS) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return switch (text.charAt(digits)) {
      case 'H' -> value * 3_600_000;
      case 'M' -> value * 60_000;
      case 'S' -> value * 1000;
      case 'm' -> value;
      case 'u' -> (value + 999) / 1000;
      case 'n' -> (value + 999_999) / 1_000_000;
      default -> -1;
    };
  }

  /** A time in the smallest unit from milliseconds on that it can be said in. */
  static String text(long millis) {
    if (millis <= MAX_VALUE) {
      return millis + "m";
    }
    long seconds = millis / 1000;
    if (seconds <= MAX_VALUE) {
      return seconds + "S";
    }
    long minutes = seconds / 60;
    return minutes <= MAX_VALUE ? minutes + "M" : Math.min(minutes / 60, MAX_VALUE) + "H";
  }
}
