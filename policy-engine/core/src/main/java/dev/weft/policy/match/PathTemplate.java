package dev.weft.policy.match;

import com.google.re2j.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A URI template as {@code envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig}
 * documents it: {@code *} is one segment, {@code **} any number and the last operator, {@code
 * {name}} and {@code {name=pattern}} are variables. Holds whole paths against it in one pass,
 * without a pattern.
 *
 * @param text as written
 * @param regex the same as an RE2 pattern, its variables as named groups
 * @param head the segments in front of {@code **}, or all
 * @param tail what a path ends with after {@code **}; {@code null}: there is no {@code **}
 */
public record PathTemplate(String text, String regex, List<Segment> head, @Nullable String tail) {

  /** The longest template, in characters. */
  public static final int MAX_LENGTH = 1024;

  public PathTemplate {
    head = List.copyOf(head);
  }

  /**
   * Between two slashes.
   *
   * @param literal {@code null}: any text
   * @param suffix what the text ends with, beyond at least one character; empty: no matter
   */
  public record Segment(@Nullable String literal, String suffix) {
    private boolean accepts(String path, int from, int to) {
      String expected = literal;
      if (expected != null) {
        return to - from == expected.length() && path.startsWith(expected, from);
      }
      int end = to - suffix.length();
      return end > from && path.startsWith(suffix, end) && allowed(path, from, end, false);
    }
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException with the reason, for a text that is none
   */
  public static PathTemplate parse(String text) {
    return new PathTemplateParser(text).template();
  }

  /** For who needs its variables; compiled anew at each call. */
  public Pattern pattern() {
    return Pattern.compile(regex);
  }

  /**
   * Whether the whole path is accepted.
   *
   * @param path without query and fragment
   */
  public boolean matches(String path) {
    int at = 0;
    for (int i = 0; i < head.size(); i++) {
      if (at >= path.length() || path.charAt(at) != '/') {
        return false;
      }
      at++;
      int slash = path.indexOf('/', at);
      int end = slash < 0 ? path.length() : slash;
      if (!head.get(i).accepts(path, at, end)) {
        return false;
      }
      at = end;
    }
    String after = tail;
    if (after == null) {
      return at == path.length();
    }
    if (at >= path.length() || path.charAt(at) != '/') {
      return false;
    }
    at++;
    int end = path.length() - after.length();
    return end >= at && path.endsWith(after) && allowed(path, at, end, true);
  }

  /** RFC 3986 pchar without {@code *} and {@code =}: what operators stand for. */
  private static boolean allowed(String path, int from, int to, boolean slashes) {
    for (int i = from; i < to; i++) {
      char c = path.charAt(i);
      boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!plain && "-._~%!$&'()+,;:@".indexOf(c) < 0 && !(slashes && c == '/')) {
        return false;
      }
    }
    return true;
  }
}
