package dev.weft.proxy.xds.parse;

import com.google.re2j.Pattern;
import dev.weft.policy.match.PathTemplate;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.RegexSubstitution;
import dev.weft.proxy.config.RegexSubstitution.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link PathTemplate}s as routes have them: patterns, and rewrites by their variables. */
final class PathTemplateReader {
  /** RFC 3986 pchar without {@code *} and {@code =}. */
  private static final Pattern LITERAL = Pattern.compile("[a-zA-Z0-9\\-._~%!$&'()+,;:@]+");

  private PathTemplateReader() {}

  /** The template as a pattern of whole paths; {@code null} when a problem was added. */
  static @Nullable Pattern match(String template, Problems problems) {
    try {
      return PathTemplate.parse(template).pattern();
    } catch (IllegalArgumentException e) {
      problems.add(e.getMessage() + ": " + Texts.quoted(template));
      return null;
    }
  }

  /** A rewrite by the variables of the template; {@code null} when a problem was added. */
  static @Nullable RegexSubstitution rewrite(Pattern match, String rewrite, Problems problems) {
    Map<String, Integer> groups = match.namedGroups();
    List<Piece> pieces = new ArrayList<>();
    int at = 0;
    boolean broken = !rewrite.startsWith("/") || rewrite.length() > PathTemplate.MAX_LENGTH;
    while (at < rewrite.length() && !broken) {
      int brace = rewrite.indexOf('{', at);
      int end = brace < 0 ? rewrite.length() : brace;
      if (end > at) {
        String text = rewrite.substring(at, end);
        broken = !LITERAL.matches(text.replace("/", "")) && !text.replace("/", "").isEmpty();
        pieces.add(Piece.text(text));
      }
      at = end;
      if (brace >= 0) {
        int close = rewrite.indexOf('}', brace);
        Integer group = close < 0 ? null : groups.get(rewrite.substring(brace + 1, close));
        broken |= group == null;
        pieces.add(Piece.group(group == null ? 0 : group));
        at = close + 1;
      }
    }
    if (broken) {
      problems.add("is not a path of text and the template's variables: " + Texts.quoted(rewrite));
      return null;
    }
    return new RegexSubstitution(match, pieces);
  }
}
