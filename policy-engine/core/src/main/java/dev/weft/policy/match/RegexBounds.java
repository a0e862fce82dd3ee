package dev.weft.policy.match;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bounds a regular expression before it is compiled: matching is linear in the value, but compiling
 * expands counted repetitions, so {@code ((a{1000}){1000}){1000}} would fill the memory. The
 * estimate never falls short of the steps that counted repetitions expand to.
 */
public final class RegexBounds {

  /** The longest pattern, in characters. */
  public static final int MAX_LENGTH = 1024;

  /** The most steps that a pattern may expand to. */
  public static final int MAX_PROGRAM = 10_000;

  private static final Pattern COUNTED = Pattern.compile("\\{([0-9]{1,9})(,([0-9]{0,9}))?\\}");

  private final String regex;
  private final Deque<Group> open = new ArrayDeque<>();
  private Group current = new Group();

  private RegexBounds(String regex) {
    this.regex = regex;
  }

  /** Throws {@link IllegalArgumentException} with the reason when the pattern is too large. */
  static void check(String regex) {
    if (regex.isEmpty()) {
      throw new IllegalArgumentException("the pattern is empty");
    }
    if (regex.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a pattern of " + regex.length() + " characters, at most " + MAX_LENGTH);
    }
    long size = new RegexBounds(regex).estimate();
    if (size > MAX_PROGRAM) {
      throw new IllegalArgumentException(
          "its repetitions expand to more than " + MAX_PROGRAM + " steps");
    }
  }

  private long estimate() {
    Matcher counted = COUNTED.matcher(regex);
    int i = 0;
    while (i < regex.length()) {
      char c = regex.charAt(i);
      if (c == '{' && counted.find(i) && counted.start() == i) {
        current.repeat(most(counted));
        i = counted.end();
      } else {
        i = step(c, i);
      }
      if (current.size() > MAX_PROGRAM) {
        return current.size();
      }
    }
    while (!open.isEmpty()) {
      close();
    }
    return current.size();
  }

  private int step(char c, int at) {
    return switch (c) {
      case '(' -> {
        open.push(current);
        current = new Group();
        yield at + 1;
      }
      case ')' -> {
        close();
        yield at + 1;
      }
      case '[' -> {
        current.atom(1);
        yield endOfClass(at);
      }
      case '\\' -> endOfEscape(at);
      default -> {
        current.atom(1);
        yield at + 1;
      }
    };
  }

  private void close() {
    Group outer = open.poll();
    if (outer != null) {
      outer.atom(current.size() + 2);
      current = outer;
    }
  }

  private int endOfEscape(int at) {
    char kind = at + 1 < regex.length() ? regex.charAt(at + 1) : '\\';
    if (kind == 'Q') {
      int end = regex.indexOf("\\E", at + 2);
      int stop = end < 0 ? regex.length() : end;
      for (int i = at + 2; i < stop; i++) {
        current.atom(1);
      }
      return end < 0 ? stop : stop + 2;
    }
    current.atom(1);
    if ((kind == 'x' || kind == 'p' || kind == 'P') && regex.startsWith("{", at + 2)) {
      int end = regex.indexOf('}', at);
      return end < 0 ? regex.length() : end + 1;
    }
    return at + 2;
  }

  private int endOfClass(int at) {
    int i = at + 1;
    if (regex.startsWith("^", i)) {
      i++;
    }
    boolean first = true;
    while (i < regex.length()) {
      char c = regex.charAt(i);
      if (c == ']' && !first) {
        return i + 1;
      }
      first = false;
      int posix = regex.startsWith("[:", i) ? regex.indexOf(":]", i + 2) : -1;
      i = posix >= 0 ? posix + 2 : c == '\\' ? i + 2 : i + 1;
    }
    return i;
  }

  private static long most(Matcher counted) {
    long least = Long.parseLong(counted.group(1));
    String upper = counted.group(3);
    return upper == null || upper.isEmpty() ? least + 1 : Math.max(least, Long.parseLong(upper));
  }

  /**
   * What was read of one parenthesis: the steps before the last atom, and the last atom's, which a
   * repetition multiplies.
   */
  private static final class Group {
    private long before;
    private long last;

    void atom(long steps) {
      before += last;
      last = steps;
    }

    void repeat(long times) {
      // One step more for what the repetition itself takes; saturated, since a pattern can stack
      // repetitions.
      last = Math.min((last + 1) * Math.max(times, 1), Integer.MAX_VALUE);
    }

    long size() {
      return before + last;
    }
  }
}
