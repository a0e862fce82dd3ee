package dev.weft.proxy.xds.parse;

import com.google.re2j.Pattern;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.RegexSubstitution;
import dev.weft.proxy.config.RegexSubstitution.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * URI templates as {@code envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig}
 * documents them: {@code *} is one segment, {@code **} any number and the last operator, {@code
 * {name}} and {@code {name=pattern}} are variables.
 */
final class PathTemplateReader {
  private static final int MAX_VARIABLES = 5;
  private static final int MAX_LENGTH = 1024;

  /** RFC 3986 pchar without {@code *} and {@code =}. */
  private static final String CHARS = "a-zA-Z0-9\\-._~%!$&'()+,;:@";

  private static final Pattern LITERAL = Pattern.compile("[" + CHARS + "]+");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]{0,15}");

  private final String template;
  private final StringBuilder regex = new StringBuilder();
  private final Set<String> names = new TreeSet<>();
  private boolean open;
  private @Nullable String fault;
  private int at;

  private PathTemplateReader(String template) {
    this.template = template;
  }

  /** The template as a pattern of whole paths; {@code null} when a problem was added. */
  static @Nullable Pattern match(String template, Problems problems) {
    PathTemplateReader reader = new PathTemplateReader(template);
    reader.segments();
    if (reader.fault != null) {
      problems.add(reader.fault + ": " + Texts.quoted(template));
      return null;
    }
    return Pattern.compile(reader.regex.toString());
  }

  private void segments() {
    if (!template.startsWith("/") || template.length() > MAX_LENGTH) {
      fault = "has to begin with a slash and be at most " + MAX_LENGTH + " characters long";
      return;
    }
    while (at < template.length() && fault == null) {
      // At a slash.
      regex.append('/');
      at++;
      if (at == template.length()) {
        return;
      }
      switch (template.charAt(at)) {
        case '*' -> operator();
        case '{' -> variable();
        default -> literal(next("/"));
      }
      if (fault == null && at < template.length() && template.charAt(at) != '/') {
        suffix();
      }
    }
  }

  /** Text right after an operator or variable ends the template. */
  private void suffix() {
    if (template.indexOf('/', at) >= 0) {
      fault = "text after an operator has to be the template's end";
    } else {
      literal(template.length());
    }
  }

  private int next(String stop) {
    int end = template.indexOf(stop, at);
    return end < 0 ? template.length() : end;
  }

  private void literal(int end) {
    String text = template.substring(at, end);
    if (!LITERAL.matches(text)) {
      fault = "holds a segment that is not text, * or a variable";
    }
    regex.append(Pattern.quote(text));
    at = end;
  }

  private void operator() {
    if (open) {
      fault = "has an operator after **";
    }
    boolean any = template.startsWith("**", at);
    regex.append('[').append(CHARS).append(any ? "/]*" : "]+");
    open |= any;
    at += any ? 2 : 1;
  }

  private void variable() {
    int end = next("}");
    int equals = template.indexOf('=', at);
    boolean plain = equals < 0 || equals > end;
    String name = template.substring(at + 1, plain ? end : equals);
    if (end == template.length() || !NAME.matches(name) || !names.add(name)) {
      fault = "has a variable that is broken or there twice";
      return;
    }
    if (names.size() > MAX_VARIABLES) {
      fault = "has more than " + MAX_VARIABLES + " variables";
      return;
    }
    regex.append("(?P<").append(name).append('>');
    if (plain) {
      at = end;
      open();
    } else {
      at = equals + 1;
      inside(end);
    }
    regex.append(')');
    at = end + 1;
  }

  private void open() {
    if (open) {
      fault = "has an operator after **";
    }
    regex.append('[').append(CHARS).append("]+");
  }

  private void inside(int end) {
    if (at == end) {
      fault = "has a variable without a pattern";
    }
    while (at < end && fault == null) {
      if (template.charAt(at) == '*') {
        operator();
      } else {
        literal(Math.min(end, next("/")));
      }
      if (at < end && fault == null) {
        if (template.charAt(at) != '/' || at + 1 == end) {
          fault = "has a variable whose pattern is broken";
        }
        regex.append('/');
        at++;
      }
    }
  }

  /** A rewrite by the variables of the template; {@code null} when a problem was added. */
  static @Nullable RegexSubstitution rewrite(Pattern match, String rewrite, Problems problems) {
    Map<String, Integer> groups = match.namedGroups();
    List<Piece> pieces = new ArrayList<>();
    int at = 0;
    boolean broken = !rewrite.startsWith("/") || rewrite.length() > MAX_LENGTH;
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
