package dev.weft.policy.match;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Accepts or refuses a JSON value, as {@code envoy.type.matcher.v3.ValueMatcher} does. Immutable.
 */
public sealed interface ValueMatcher {

  /** Stands for a value that is not there, which is not the same as JSON's null. */
  enum Absent {
    ABSENT
  }

  /**
   * Whether the value is accepted.
   *
   * @param value {@link String}, {@link Number}, {@link Boolean}, {@link List}, {@link
   *     java.util.Map}, {@code null} or {@link Absent}
   */
  boolean matches(@Nullable Object value);

  /** What is accepted, in a few words for people. */
  String describe();

  /** JSON's null. */
  record Null() implements ValueMatcher {
    @Override
    public boolean matches(@Nullable Object value) {
      return value == null;
    }

    @Override
    public String describe() {
      return "null";
    }
  }

  /**
   * A number from {@code start} up to but without {@code end}.
   *
   * @param start the least
   * @param end above the greatest
   */
  record Range(double start, double end) implements ValueMatcher {
    @Override
    public boolean matches(@Nullable Object value) {
      return value instanceof Number number
          && start <= number.doubleValue()
          && number.doubleValue() < end;
    }

    @Override
    public String describe() {
      return "from " + start + " to below " + end;
    }
  }

  /** A number. */
  record Equal(double number) implements ValueMatcher {
    @Override
    public boolean matches(@Nullable Object value) {
      return value instanceof Number found && found.doubleValue() == number;
    }

    @Override
    public String describe() {
      return "the number " + number;
    }
  }

  /** A text. */
  record Text(StringMatcher matcher) implements ValueMatcher {
    @Override
    public boolean matches(@Nullable Object value) {
      return value instanceof String text && matcher.matches(text);
    }

    @Override
    public String describe() {
      return matcher.describe();
    }
  }

  /** True or false. */
  record Bool(boolean expected) implements ValueMatcher {
    @Override
    public boolean matches(@Nullable Object value) {
      return value instanceof Boolean found && found == expected;
    }

    @Override
    public String describe() {
      return Boolean.toString(expected);
    }
  }

  /**
   * Anything that is there.
   *
   * @param expected {@code false}: nothing is accepted, as Envoy has it
   */
  record Present(boolean expected) implements ValueMatcher {
    @Override
    public boolean matches(@Nullable Object value) {
      return expected && !(value instanceof Absent);
    }

    @Override
    public String describe() {
      return expected ? "present" : "nothing";
    }
  }

  /** A list with an element that is accepted. */
  record OneOf(ValueMatcher element) implements ValueMatcher {
    @Override
    public boolean matches(@Nullable Object value) {
      if (value instanceof List<?> list) {
        for (int i = 0; i < list.size(); i++) {
          if (element.matches(list.get(i))) {
            return true;
          }
        }
      }
      return false;
    }

    @Override
    public String describe() {
      return "a list with " + element.describe();
    }
  }

  /** What one of them accepts. */
  record Or(List<ValueMatcher> any) implements ValueMatcher {
    public Or {
      any = List.copyOf(any);
    }

    @Override
    public boolean matches(@Nullable Object value) {
      for (int i = 0; i < any.size(); i++) {
        if (any.get(i).matches(value)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String describe() {
      return any.stream().map(ValueMatcher::describe).collect(Collectors.joining(" or "));
    }
  }
}
