package dev.weft.policy.match;

/**
 * Comparison without regard to the case of ASCII letters only, as Envoy does it. Java's own folding
 * also joins letters outside ASCII (the Kelvin sign equals "k"), which would let names that look
 * foreign pass as known ones.
 */
final class AsciiCase {

  private AsciiCase() {}

  static boolean equal(String left, String right) {
    return left.length() == right.length() && startsAt(left, 0, right);
  }

  /** Whether {@code text} stands in {@code value} at {@code offset}, which may be out of range. */
  static boolean startsAt(String value, int offset, String text) {
    if (offset < 0 || offset + text.length() > value.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (fold(value.charAt(offset + i)) != fold(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static boolean contains(String value, String text) {
    for (int i = 0; i <= value.length() - text.length(); i++) {
      if (startsAt(value, i, text)) {
        return true;
      }
    }
    return false;
  }

  private static char fold(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }
}
