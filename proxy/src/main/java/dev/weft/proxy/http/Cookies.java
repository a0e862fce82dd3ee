package dev.weft.proxy.http;

import org.jspecify.annotations.Nullable;

/** Cookies that a caller sent (RFC 6265 section 4.2.1). Pure. */
public final class Cookies {
  private Cookies() {}

  /** The first of the name, without the quotes around its value; {@code null}: none. */
  public static @Nullable String first(HeaderList headers, String name) {
    for (int i = 0; i < headers.size(); i++) {
      if (!headers.name(i).equals("cookie")) {
        continue;
      }
      for (String pair : headers.value(i).split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
          String value = pair.substring(equals + 1).strip();
          boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
          return quoted ? value.substring(1, value.length() - 1) : value;
        }
      }
    }
    return null;
  }
}
