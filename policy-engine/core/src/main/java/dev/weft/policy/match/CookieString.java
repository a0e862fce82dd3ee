package dev.weft.policy.match;

import org.jspecify.annotations.Nullable;

/** Reads a {@code Cookie} header (RFC 6265 section 4.2.1). Pure. */
public final class CookieString {
  private CookieString() {}

  /** The first of the name, without the quotes around its value; {@code null}: none. */
  public static @Nullable String first(String header, String name) {
    for (String pair : header.split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
        String value = pair.substring(equals + 1).strip();
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
      }
    }
    return null;
  }
}
