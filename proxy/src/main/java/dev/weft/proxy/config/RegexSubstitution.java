package dev.weft.proxy.config;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.List;

/**
 * {@code envoy.type.matcher.v3.RegexMatchAndSubstitute}: replaces each match of a linear-time
 * pattern.
 *
 * @param pieces written in the place of each match
 */
public record RegexSubstitution(Pattern pattern, List<Piece> pieces) {

  public RegexSubstitution {
    pieces = List.copyOf(pieces);
  }

  /**
   * Text, or what a group matched.
   *
   * @param group 0: the whole match; -1: {@code text}
   */
  public record Piece(String text, int group) {
    /** As it stands. */
    public static Piece text(String text) {
      return new Piece(text, -1);
    }

    /** What the group matched; empty where it did not take part. */
    public static Piece group(int group) {
      return new Piece("", group);
    }

    void write(Matcher matcher, StringBuilder to) {
      String written = group < 0 ? text : matcher.group(group);
      if (written != null) {
        to.append(written);
      }
    }
  }

  /** Replaces every match that does not overlap with one before it. */
  public String apply(String subject) {
    Matcher matcher = pattern.matcher(subject);
    StringBuilder result = null;
    int at = 0;
    int last = -1;
    while (matcher.find()) {
      // RE2 does not take an empty match right after another match.
      if (matcher.end() == matcher.start() && matcher.start() == last) {
        continue;
      }
      result = result == null ? new StringBuilder(subject.length() + 16) : result;
      result.append(subject, at, matcher.start());
      for (int i = 0; i < pieces.size(); i++) {
        pieces.get(i).write(matcher, result);
      }
      at = matcher.end();
      last = at;
    }
    return result == null ? subject : result.append(subject, at, subject.length()).toString();
  }

  /** Writes the pieces for a subject that matches as a whole; the subject itself if not. */
  public String whole(String subject) {
    Matcher matcher = pattern.matcher(subject);
    if (!matcher.matches()) {
      return subject;
    }
    StringBuilder result = new StringBuilder(subject.length() + 16);
    for (int i = 0; i < pieces.size(); i++) {
      pieces.get(i).write(matcher, result);
    }
    return result.toString();
  }
}
