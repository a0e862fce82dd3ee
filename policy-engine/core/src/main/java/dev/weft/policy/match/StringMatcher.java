package dev.weft.policy.match;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Accepts or refuses a string, as {@code envoy.type.matcher.v3.StringMatcher} does. Immutable and
 * thread-safe. Case is ignored, where asked for, in ASCII letters only.
 */
public sealed interface StringMatcher {

  /** Whether the value is accepted. */
  boolean matches(String value);

  /** What is accepted, in a few words for people. */
  String describe();

  /** The whole value, case and all. */
  static StringMatcher exact(String text) {
    return new Exact(text, false);
  }

  /** The beginning of the value, case and all. */
  static StringMatcher prefix(String text) {
    return new Prefix(text, false);
  }

  /** The end of the value, case and all. */
  static StringMatcher suffix(String text) {
    return new Suffix(text, false);
  }

  /** The whole value. */
  record Exact(String text, boolean ignoreCase) implements StringMatcher {
    @Override
    public boolean matches(String value) {
      return ignoreCase ? AsciiCase.equal(value, text) : text.equals(value);
    }

    @Override
    public String describe() {
      return "\"" + text + "\"" + caseSuffix(ignoreCase);
    }
  }

  /** The beginning of the value. */
  record Prefix(String text, boolean ignoreCase) implements StringMatcher {
    @Override
    public boolean matches(String value) {
      return ignoreCase ? AsciiCase.startsAt(value, 0, text) : value.startsWith(text);
    }

    @Override
    public String describe() {
      return "prefix \"" + text + "\"" + caseSuffix(ignoreCase);
    }
  }

  /** The end of the value. */
  record Suffix(String text, boolean ignoreCase) implements StringMatcher {
    @Override
    public boolean matches(String value) {
      return ignoreCase
          ? AsciiCase.startsAt(value, value.length() - text.length(), text)
          : value.endsWith(text);
    }

    @Override
    public String describe() {
      return "suffix \"" + text + "\"" + caseSuffix(ignoreCase);
    }
  }

  /** Somewhere in the value. */
  record Contains(String text, boolean ignoreCase) implements StringMatcher {
    @Override
    public boolean matches(String value) {
      return ignoreCase ? AsciiCase.contains(value, text) : value.contains(text);
    }

    @Override
    public String describe() {
      return "containing \"" + text + "\"" + caseSuffix(ignoreCase);
    }
  }

  /**
   * The whole value by RE2 syntax, in time linear in its length. Made by {@link #compile}, which
   * bounds the pattern.
   *
   * @param words what is accepted where the pattern is nothing but words with {@code |} between
   *     them, as for methods: looking a value up is much cheaper; empty: the pattern decides
   * @param core what is looked for instead of running the pattern, where that is the same; {@code
   *     null}: the pattern is run
   */
  record Regex(Pattern pattern, Set<String> words, @Nullable RegexCore core)
      implements StringMatcher {
    /** Copies the words. */
    public Regex {
      words = Set.copyOf(words);
    }

    /** A pattern, and its words and its core where it has them. */
    public Regex(Pattern pattern) {
      this(pattern, wordsOf(pattern), RegexCore.of(pattern));
    }

    private static Set<String> wordsOf(Pattern pattern) {
      Set<String> words = new HashSet<>();
      for (String word : pattern.pattern().split("\\|", -1)) {
        if (pattern.flags() != 0 || word.isEmpty() || !word.chars().allMatch(Regex::ofWord)) {
          return Set.of();
        }
        words.add(word);
      }
      return words;
    }

    private static boolean ofWord(int c) {
      return (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || c == '-'
          || c == '_';
    }

    /**
     * Compiles a pattern of at most {@link RegexBounds#MAX_LENGTH} characters and {@link
     * RegexBounds#MAX_PROGRAM} steps.
     *
     * @throws IllegalArgumentException with a reason, for a pattern that is malformed or too large
     */
    public static Regex compile(String regex) {
      RegexBounds.check(regex);
      try {
        return new Regex(Pattern.compile(regex));
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException("not an RE2 pattern: " + e.getDescription(), e);
      }
    }

    @Override
    public boolean matches(String value) {
      if (!words.isEmpty()) {
        return words.contains(value);
      }
      RegexCore shorter = core;
      if (shorter != null && value.indexOf('\n') < 0) {
        return shorter.matches(value);
      }
      return pattern.matches(value);
    }

    /** Whether accepting or refusing a value costs no more than a look at it. */
    public boolean isCheap() {
      return !words.isEmpty() || (core != null && core.isText());
    }

    @Override
    public String describe() {
      return "pattern \"" + pattern.pattern() + "\"";
    }
  }

  private static String caseSuffix(boolean ignoreCase) {
    return ignoreCase ? " in any case" : "";
  }
}
