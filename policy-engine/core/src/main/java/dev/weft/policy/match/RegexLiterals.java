package dev.weft.policy.match;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds texts that every value accepted by a pattern holds, so that most patterns need not be run:
 * {@code .*}{@code /ns/shop/.*} accepts nothing without {@code /ns/shop/}. It understands less than
 * RE2 does, and says nothing of what it does not understand.
 */
public final class RegexLiterals {
  private static final int SHORTEST = 3;

  private final String regex;
  private final List<Literal> found = new ArrayList<>();
  private final StringBuilder run = new StringBuilder();
  private boolean first = true;
  private int at;

  private RegexLiterals(String regex) {
    this.regex = regex;
  }

  /**
   * A text that is in every accepted value.
   *
   * @param atStart whether it is what they begin with
   */
  public record Literal(String text, boolean atStart) {}

  /** Texts of at least three ASCII characters; empty: none is known. */
  public static List<Literal> of(String regex) {
    RegexLiterals literals = new RegexLiterals(regex);
    return literals.read() ? List.copyOf(literals.found) : List.of();
  }

  /** {@code false}: something is not understood. */
  private boolean read() {
    while (at < regex.length()) {
      char c = regex.charAt(at);
      boolean understood =
          switch (c) {
            case '|' -> false;
            case '(' -> group();
            case ')' -> false;
            case '[' -> opaque(endOfClass());
            case '\\' -> escape();
            case '.', '^', '$' -> opaque(at + 1);
            case '*', '+', '?' -> opaque(at + 1);
            default -> c < 128 ? literal(c, at + 1) : opaque(at + 1);
          };
      if (!understood) {
        return false;
      }
    }
    end();
    return true;
  }

  private boolean opaque(int next) {
    if (next < 0) {
      return false;
    }
    end();
    at = afterQuantifiers(next);
    return true;
  }

  private boolean literal(char c, int next) {
    char quantifier = next < regex.length() ? regex.charAt(next) : ' ';
    switch (quantifier) {
      case '*', '?', '{' -> {
        // It may be missing, or be there several times.
        end();
        at = afterQuantifiers(next);
      }
      case '+' -> {
        run.append(c);
        end();
        at = afterQuantifiers(next);
      }
      default -> {
        run.append(c);
        at = next;
      }
    }
    return true;
  }

  private void end() {
    if (run.length() >= SHORTEST) {
      found.add(new Literal(run.toString(), first));
    }
    run.setLength(0);
    first = false;
  }

  private int afterQuantifiers(int next) {
    int i = next;
    while (i < regex.length()) {
      char c = regex.charAt(i);
      if (c == '{') {
        int close = i + 1;
        while (close < regex.length() && "0123456789,".indexOf(regex.charAt(close)) >= 0) {
          close++;
        }
        boolean repeats = close > i + 1 && close < regex.length() && regex.charAt(close) == '}';
        i = repeats ? close + 1 : i + 1;
      } else if (c == '*' || c == '+' || c == '?') {
        i++;
      } else {
        break;
      }
    }
    return i;
  }

  private boolean escape() {
    if (at + 1 >= regex.length()) {
      return false;
    }
    char c = regex.charAt(at + 1);
    if ("dDwWsSbBAzaftnrv".indexOf(c) >= 0) {
      return opaque(at + 2);
    }
    boolean plain = c < 128 && !Character.isLetterOrDigit(c);
    return plain && literal(c, at + 2);
  }

  /** Nothing in a group is looked at. */
  private boolean group() {
    int depth = 0;
    int i = at;
    while (i < regex.length()) {
      char c = regex.charAt(i);
      if (c == '\\') {
        if (i + 1 >= regex.length() || regex.charAt(i + 1) == 'Q') {
          return false;
        }
        i += 2;
      } else if (c == '[') {
        i = endOfClass(i);
        if (i < 0) {
          return false;
        }
      } else {
        if (regex.startsWith("(?", i)
            && !regex.startsWith("(?:", i)
            && !regex.startsWith("(?P<", i)) {
          return false;
        }
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        i++;
        if (depth == 0) {
          return opaque(i);
        }
      }
    }
    return false;
  }

  private int endOfClass() {
    return endOfClass(at);
  }

  /** -1: it does not end, or is not a plain one. */
  private int endOfClass(int from) {
    int i = regex.startsWith("^", from + 1) ? from + 2 : from + 1;
    if (regex.startsWith("]", i)) {
      i++;
    }
    while (i < regex.length()) {
      char c = regex.charAt(i);
      if (c == ']') {
        return i + 1;
      }
      if (c == '[' || (c == '\\' && i + 1 < regex.length() && regex.charAt(i + 1) == 'Q')) {
        return -1;
      }
      i += c == '\\' ? 2 : 1;
    }
    return -1;
  }
}
