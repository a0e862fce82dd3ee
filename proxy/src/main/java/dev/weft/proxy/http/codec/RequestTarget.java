package dev.weft.proxy.http.codec;

import org.jspecify.annotations.Nullable;

/**
 * A request target split up (RFC 9112 section 3.2): origin-form, absolute-form as clients of an
 * HTTP proxy send it, or the asterisk of OPTIONS. CONNECT's authority-form is not accepted.
 *
 * @param authority the host of an absolute-form; {@code null}: the Host header counts
 * @param path path and query
 */
public record RequestTarget(@Nullable String authority, String path) {

  /** Splits it; {@code null}: not a form that is accepted. */
  public static @Nullable RequestTarget parse(String method, String target) {
    if (target.charAt(0) == '/') {
      return method.equals("CONNECT") ? null : new RequestTarget(null, target);
    }
    if (target.equals("*")) {
      return method.equals("OPTIONS") ? new RequestTarget(null, target) : null;
    }
    int host = schemeEnd(target);
    if (host < 0 || method.equals("CONNECT")) {
      return null;
    }
    int path = host;
    while (path < target.length() && target.charAt(path) != '/' && target.charAt(path) != '?') {
      path++;
    }
    String rest = target.substring(path);
    return new RequestTarget(
        target.substring(host, path), rest.startsWith("/") ? rest : "/" + rest);
  }

  private static int schemeEnd(String target) {
    if (target.regionMatches(true, 0, "http://", 0, 7)) {
      return 7;
    }
    return target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
  }
}
