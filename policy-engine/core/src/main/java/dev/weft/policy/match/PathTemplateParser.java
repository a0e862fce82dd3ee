package dev.weft.policy.match;

import com.google.re2j.Pattern;
import dev.weft.policy.match.PathTemplate.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads one {@link PathTemplate}, as a pattern and as segments at the same time. */
final class PathTemplateParser {
  private static final int MAX_VARIABLES = 5;

  /** RFC 3986 pchar without {@code *} and {@code =}. */
  private static final String CHARS = "a-zA-Z0-9\\-._~%!$&'()+,;:@";

  private static final Pattern LITERAL = Pattern.compile("[" + CHARS + "]+");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]{0,15}");

  private final String template;
  private final StringBuilder regex = new StringBuilder();
  private final Set<String> names = new TreeSet<>();
  private final List<Segment> head = new ArrayList<>();
  private @Nullable StringBuilder tail;
  private int at;

  PathTemplateParser(String template) {
    this.template = template;
  }

  PathTemplate template() {
    if (!template.startsWith("/") || template.length() > PathTemplate.MAX_LENGTH) {
      throw fault(
          "has to begin with a slash and be at most "
              + PathTemplate.MAX_LENGTH
              + " characters long");
    }
    while (at < template.length()) {
      slash();
      if (at < template.length()) {
        switch (template.charAt(at)) {
          case '*' -> operator();
          case '{' -> variable();
          default -> literal(next("/"));
        }
        if (at < template.length() && template.charAt(at) != '/') {
          suffix();
        }
      }
    }
    return new PathTemplate(
        template, regex.toString(), head, tail == null ? null : tail.toString());
  }

  private static IllegalArgumentException fault(String why) {
    return new IllegalArgumentException(why);
  }

  private void slash() {
    regex.append('/');
    at++;
    if (tail == null) {
      head.add(new Segment("", ""));
    } else {
      tail.append('/');
    }
  }

  /** Text right after an operator or variable ends the template. */
  private void suffix() {
    if (template.indexOf('/', at) >= 0) {
      throw fault("text after an operator has to be the template's end");
    }
    literal(template.length());
  }

  private int next(String stop) {
    int end = template.indexOf(stop, at);
    return end < 0 ? template.length() : end;
  }

  private void literal(int end) {
    String text = template.substring(at, end);
    if (!LITERAL.matches(text)) {
      throw fault("holds a segment that is not text, * or a variable");
    }
    regex.append(Pattern.quote(text));
    if (tail != null) {
      tail.append(text);
    } else {
      Segment last = head.removeLast();
      String before = last.literal();
      head.add(before == null ? new Segment(null, text) : new Segment(before + text, ""));
    }
    at = end;
  }

  private void operator() {
    boolean any = template.startsWith("**", at);
    one();
    regex.append('[').append(CHARS).append(any ? "/]*" : "]+");
    if (any) {
      head.removeLast();
      tail = new StringBuilder();
    }
    at += any ? 2 : 1;
  }

  /** The segment is any text. */
  private void one() {
    if (tail != null) {
      throw fault("has an operator after **");
    }
    head.removeLast();
    head.add(new Segment(null, ""));
  }

  private void variable() {
    int end = next("}");
    int equals = template.indexOf('=', at);
    boolean plain = equals < 0 || equals > end;
    String name = template.substring(at + 1, plain ? end : equals);
    if (end == template.length() || !NAME.matches(name) || !names.add(name)) {
      throw fault("has a variable that is broken or there twice");
    }
    if (names.size() > MAX_VARIABLES) {
      throw fault("has more than " + MAX_VARIABLES + " variables");
    }
    regex.append("(?P<").append(name).append('>');
    if (plain) {
      one();
      regex.append('[').append(CHARS).append("]+");
    } else {
      at = equals + 1;
      inside(end);
    }
    regex.append(')');
    at = end + 1;
  }

  private void inside(int end) {
    if (at == end) {
      throw fault("has a variable without a pattern");
    }
    while (at < end) {
      if (template.charAt(at) == '*') {
        operator();
      } else {
        literal(Math.min(end, next("/")));
      }
      if (at < end) {
        if (template.charAt(at) != '/' || at + 1 == end) {
          throw fault("has a variable whose pattern is broken");
        }
        slash();
      }
    }
  }
}
