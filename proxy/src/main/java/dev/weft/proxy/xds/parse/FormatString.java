package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's format strings: text, {@code %%} for a percent sign, and command operators. Which
 * operators there are is the caller's matter; one that he does not know is a problem, since its
 * place would stay empty.
 */
final class FormatString {
  /** Each part is bounded and anchored: no pattern here can take long. */
  private static final Pattern COMMAND =
      Pattern.compile("%(?:%|([A-Z_]{1,64})(?:\\(([^()%]{0,256})\\))?(?::([0-9]{1,5}))?%)");

  private FormatString() {}

  /**
   * {@code %NAME(argument):most%}.
   *
   * @param argument {@code null}: there are no parentheses
   * @param most the characters that are kept; {@code null}: not given
   */
  record Operator(String name, @Nullable String argument, @Nullable Integer most) {
    /** Whether the name is all there is. */
    boolean bare() {
      return argument == null && most == null;
    }

    /** The characters that are kept. */
    int limit() {
      return most == null ? Integer.MAX_VALUE : most;
    }

    /** The argument as {@code FIRST?SECOND}, in lower case; {@code null}: there is no first. */
    @Nullable HeaderNames headers() {
      if (argument == null || argument.isEmpty()) {
        return null;
      }
      String[] names = argument.toLowerCase(Locale.ROOT).split("\\?", 2);
      return new HeaderNames(names[0], names.length > 1 ? names[1] : "");
    }
  }

  /** A header, and the one that is taken where it is missing (empty: none). */
  record HeaderNames(String first, String otherwise) {}

  /**
   * The parts of a format string.
   *
   * @param text makes a part of text that stands for itself
   * @param operator makes a part of an operator; {@code null}: not known
   */
  static <P> List<P> parts(
      String format,
      Function<String, P> text,
      Function<Operator, @Nullable P> operator,
      Problems problems) {
    List<P> parts = new ArrayList<>();
    StringBuilder plain = new StringBuilder();
    Matcher command = COMMAND.matcher(format);
    int at = 0;
    while (at < format.length()) {
      int percent = format.indexOf('%', at);
      if (percent < 0) {
        plain.append(format, at, format.length());
        break;
      }
      plain.append(format, at, percent);
      if (!command.region(percent, format.length()).lookingAt()) {
        problems.add("is not a format string: " + Texts.quoted(format.substring(percent)));
        break;
      }
      at = command.end();
      if (command.group(1) == null) {
        plain.append('%');
        continue;
      }
      P part = operator.apply(operator(command));
      if (part == null) {
        problems.add("is not a supported command operator: " + Texts.quoted(command.group()));
        continue;
      }
      flush(plain, text, parts);
      parts.add(part);
    }
    flush(plain, text, parts);
    return parts;
  }

  private static Operator operator(Matcher command) {
    String most = command.group(3);
    return new Operator(
        command.group(1), command.group(2), most == null ? null : Integer.valueOf(most));
  }

  private static <P> void flush(StringBuilder plain, Function<String, P> text, List<P> parts) {
    if (!plain.isEmpty()) {
      parts.add(text.apply(plain.toString()));
      plain.setLength(0);
    }
  }
}
