package dev.weft.proxy.http.codec;

import org.jspecify.annotations.Nullable;

/**
 * A request target split up (RFC 9112 section 3.2): origin-form, absolute-form as clients of an
 * HTTP proxy send it, the asterisk of OPTIONS, or the host and port of CONNECT.
 *
 * @param authority the host of an absolute-form; {@code null}: the Host header counts
 * @param path path and query; empty for CONNECT
 */
public record RequestTarget(@Nullable String authority, String path) {

  /** Splits it; {@code null}: not a form that is accepted. */
  public static @Nullable RequestTarget parse(String method, String target) {
    if (method.equals("CONNECT")) {
      return hasPort(target) ? new RequestTarget(target, "") : null;
    }
    if (target.charAt(0) == '/') {
      return new RequestTarget(null, target);
    }
    if (target.equals("*")) {
      return method.equals("OPTIONS") ? new RequestTarget(null, target) : null;
    }
    int host = schemeEnd(target);
    if (host < 0) {
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

  /** RFC 9112 section 3.2.3: there is no port that CONNECT would mean by itself. */
  public static boolean hasPort(String authority) {
    int colon = authority.lastIndexOf(':');
    int digits = authority.length() - colon - 1;
    if (colon <= 0 || digits < 1 || digits > 5 || authority.indexOf(']', colon) >= 0) {
      return false;
    }
    return authority.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static int schemeEnd(String target) {
    if (target.regionMatches(true, 0, "http://", 0, 7)) {
      return 7;
    }
    return target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
  }
}
