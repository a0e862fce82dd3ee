package dev.weft.proxy.upstream.pool;

/** What may be sent again without knowing what became of it. Stateless. */
final class Repeatable {
  private Repeatable() {}

  /** RFC 9110 section 9.2.2: the idempotent methods. */
  static boolean byMethod(String method) {
    return switch (method) {
      case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
      default -> false;
    };
  }
}
