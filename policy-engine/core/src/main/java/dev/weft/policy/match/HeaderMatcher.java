package dev.weft.policy.match;

import org.jspecify.annotations.Nullable;

/**
 * Accepts or refuses a request or response by one header, as {@code
 * envoy.config.route.v3.HeaderMatcher} does.
 *
 * @param name lower case; pseudo-headers with their colon
 * @param value {@code null}: the header only has to be present
 * @param expectPresent with {@code value} null: whether presence or absence is asked for
 * @param invert turns the result round
 * @param range the value as a decimal number, instead of {@code value}; {@code null}: none
 * @param missingAsEmpty whether a missing header is matched as an empty value
 *     (treat_missing_header_as_empty)
 */
public record HeaderMatcher(
    String name,
    @Nullable StringMatcher value,
    @Nullable Range range,
    boolean expectPresent,
    boolean invert,
    boolean missingAsEmpty) {

  /** A matcher of a text, or of presence. */
  public HeaderMatcher(
      String name,
      @Nullable StringMatcher value,
      boolean expectPresent,
      boolean invert,
      boolean missingAsEmpty) {
    this(name, value, null, expectPresent, invert, missingAsEmpty);
  }

  /**
   * Numbers from {@code start} up to but without {@code end}.
   *
   * @param start the least
   * @param end one above the greatest
   */
  public record Range(long start, long end) {
    boolean contains(String text) {
      try {
        long number = Long.parseLong(text.strip());
        return number >= start && number < end;
      } catch (NumberFormatException notOne) {
        return false;
      }
    }
  }

  /** Present, with any value. */
  public static HeaderMatcher present(String name) {
    return new HeaderMatcher(name, null, true, false, false);
  }

  /** A header whose value the matcher accepts. */
  public static HeaderMatcher of(String name, StringMatcher value) {
    return new HeaderMatcher(name, value, true, false, false);
  }

  /**
   * Whether the header's value is accepted.
   *
   * @param actual the value (several joined by a comma); {@code null}: the header is missing
   */
  public boolean matches(@Nullable String actual) {
    StringMatcher matcher = value;
    Range numbers = range;
    if (numbers != null) {
      String subject = actual == null && missingAsEmpty ? "" : actual;
      return subject != null && numbers.contains(subject) != invert;
    }
    if (matcher == null) {
      return ((actual != null) == expectPresent) != invert;
    }
    String subject = actual == null && missingAsEmpty ? "" : actual;
    // A missing header never matches a value, inverted or not: Envoy documents it so.
    return subject != null && matcher.matches(subject) != invert;
  }

  /** What is accepted, in a few words for people. */
  public String describe() {
    StringMatcher matcher = value;
    Range numbers = range;
    if (numbers != null) {
      String text = numbers.start() + " to " + (numbers.end() - 1);
      return "header " + name + (invert ? " not " : " ") + text;
    }
    if (matcher == null) {
      return "header " + name + (expectPresent != invert ? " present" : " absent");
    }
    return "header " + name + (invert ? " not " : " ") + matcher.describe();
  }
}
