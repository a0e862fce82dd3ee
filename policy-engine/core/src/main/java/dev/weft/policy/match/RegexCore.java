package dev.weft.policy.match;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a pattern without {@code .*} at its ends. Looking for that is much cheaper than
 * running the whole: {@code .*}{@code /ns/shop/.*} is accepted where {@code /ns/shop/} is found.
 * Only for values without line breaks, which {@code .} does not accept. Immutable and thread-safe.
 *
 * @param text the core where it is nothing but text; {@code null}: it is the pattern
 * @param pattern the core otherwise, with an open end: RE2 cannot look for a closed one; {@code
 *     null}: it is the text
 * @param openBegin whether anything may stand in front of it
 * @param openEnd whether anything may stand behind it
 */
public record RegexCore(
    @Nullable String text, @Nullable Pattern pattern, boolean openBegin, boolean openEnd) {
  private static final String ANYTHING = ".*";
  private static final String REPEATS = "*+?{";
  private static final String SPECIAL = "\\.+*?()|[]{}^$";

  /** Of a pattern that compiles; {@code null}: it has none, or is not understood well enough. */
  static @Nullable RegexCore of(Pattern whole) {
    String regex = whole.pattern();
    // A branch would be cut out of the middle, and groups and quotes may change what is behind.
    if (whole.flags() != 0
        || regex.contains("|")
        || regex.contains("(?")
        || regex.contains("\\Q")
        || regex.contains("\\C")) {
      return null;
    }
    boolean begin =
        regex.startsWith(ANYTHING) && (regex.length() == 2 || REPEATS.indexOf(regex.charAt(2)) < 0);
    String core = begin ? regex.substring(2) : regex;
    boolean end = core.endsWith(ANYTHING) && !isEscaped(core, core.length() - 2);
    core = end ? core.substring(0, core.length() - 2) : core;
    String text = text(core);
    if (text != null) {
      return new RegexCore(text, null, begin, end);
    }
    return end ? new RegexCore(null, Pattern.compile(core), begin, true) : null;
  }

  private static boolean isEscaped(String regex, int at) {
    int backslashes = 0;
    while (backslashes < at && regex.charAt(at - backslashes - 1) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }

  /** What the pattern accepts where that is one text; {@code null}: it accepts others. */
  private static @Nullable String text(String regex) {
    StringBuilder text = new StringBuilder(regex.length());
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '\\' && i + 1 < regex.length() && isPunctuation(regex.charAt(i + 1))) {
        i++;
        c = regex.charAt(i);
      } else if (SPECIAL.indexOf(c) >= 0) {
        return null;
      }
      text.append(c);
    }
    return text.toString();
  }

  private static boolean isPunctuation(char c) {
    return c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c) && c != '_';
  }

  /** Whether no automaton has to be run. */
  boolean isText() {
    return text != null;
  }

  /**
   * Whether the whole pattern accepts the value.
   *
   * @param value without line breaks
   */
  boolean matches(String value) {
    String wanted = text;
    if (wanted != null) {
      return openBegin
          ? (openEnd ? value.contains(wanted) : value.endsWith(wanted))
          : (openEnd ? value.startsWith(wanted) : value.equals(wanted));
    }
    Matcher search = Objects.requireNonNull(pattern).matcher(value);
    return openBegin ? search.find() : search.lookingAt();
  }
}
