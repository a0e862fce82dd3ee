package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import java.util.Locale;

/** Names and other short texts of a resource. */
final class Texts {
  private static final int MAX_NAME = 1024;
  private static final int MAX_QUOTED = 80;

  private Texts() {}

  /** A text of a peer for a message: bounded, printable ASCII. */
  static String quoted(String text) {
    String bounded = text.length() > MAX_QUOTED ? text.substring(0, MAX_QUOTED) + "..." : text;
    return '"' + bounded.replaceAll("[^\\x20-\\x7e]", "?") + '"';
  }

  /** A name that has to be there. */
  static String required(String text, Problems problems) {
    if (text.isEmpty()) {
      problems.add("is required");
    } else if (text.length() > MAX_NAME) {
      problems.add("is longer than " + MAX_NAME + " characters");
    }
    return text;
  }

  /** A header name in lower case (RFC 9110 section 5.1); neither a pseudo-header nor Host. */
  static String headerName(String text, Problems problems) {
    String name = text.toLowerCase(Locale.ROOT);
    if (!isToken(name) || name.length() > 256) {
      problems.add("is not a header name: " + quoted(text));
    } else if (name.equals("host")) {
      problems.add("cannot be Host");
    }
    return name;
  }

  private static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c ->
                (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }
}
