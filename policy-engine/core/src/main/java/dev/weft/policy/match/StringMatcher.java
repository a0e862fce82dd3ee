package dev.weft.policy.match;

import com.google.re2j.Pattern;
import java.util.Locale;

/**
 * Accepts or refuses a string, as {@code envoy.type.matcher.v3.StringMatcher} does. Thread-safe.
 */
public sealed interface StringMatcher {

  /** Whether the value is accepted. */
  boolean matches(String value);

  /** The whole value. */
  record Exact(String text, boolean ignoreCase) implements StringMatcher {
    @Override
    public boolean matches(String value) {
      return ignoreCase ? text.equalsIgnoreCase(value) : text.equals(value);
    }
  }

  /** The beginning of the value. */
  record Prefix(String text, boolean ignoreCase) implements StringMatcher {
    @Override
    public boolean matches(String value) {
      return value.regionMatches(ignoreCase, 0, text, 0, text.length());
    }
  }

  /** The end of the value. */
  record Suffix(String text, boolean ignoreCase) implements StringMatcher {
    @Override
    public boolean matches(String value) {
      return value.regionMatches(
          ignoreCase, value.length() - text.length(), text, 0, text.length());
    }
  }

  /** Somewhere in the value. */
  record Contains(String text, boolean ignoreCase) implements StringMatcher {
    @Override
    public boolean matches(String value) {
      return ignoreCase
          ? value.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT))
          : value.contains(text);
    }
  }

  /** The whole value by RE2 syntax, in linear time. */
  record Regex(Pattern pattern) implements StringMatcher {
    @Override
    public boolean matches(String value) {
      return pattern.matches(value);
    }
  }
}
