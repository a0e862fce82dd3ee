package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.ValueFormat;
import dev.weft.proxy.config.ValueFormat.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Envoy's format strings: text, {@code %%} for a percent sign, and the command operators of {@link
 * Part}. An operator that is not among them is a problem: its place would stay empty.
 */
final class FormatReader {
  private static final Map<String, Part.Fact> FACTS =
      Arrays.stream(Part.Fact.values())
          .collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

  /** Each part is bounded and anchored: no pattern here can take long. */
  private static final Pattern COMMAND =
      Pattern.compile("%(?:%|([A-Z_]{1,64})(?:\\(([^()%]{0,256})\\))?(?::([0-9]{1,5}))?%)");

  private FormatReader() {}

  static ValueFormat read(String format, Problems problems) {
    if (format.chars().anyMatch(c -> (c < 0x20 && c != '\t') || c == 0x7f)) {
      problems.add("holds control characters");
    }
    List<Part> parts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    Matcher command = COMMAND.matcher(format);
    int at = 0;
    while (at < format.length()) {
      int percent = format.indexOf('%', at);
      if (percent < 0) {
        text.append(format, at, format.length());
        break;
      }
      text.append(format, at, percent);
      if (!command.region(percent, format.length()).lookingAt()) {
        problems.add("is not a format string: " + Texts.quoted(format.substring(percent)));
        break;
      }
      at = command.end();
      if (command.group(1) == null) {
        text.append('%');
      } else {
        flush(text, parts);
        parts.add(operator(command, problems));
      }
    }
    flush(text, parts);
    return parts.isEmpty() ? ValueFormat.literal("") : new ValueFormat(parts);
  }

  private static void flush(StringBuilder text, List<Part> parts) {
    if (!text.isEmpty()) {
      parts.add(new Part.Text(text.toString()));
      text.setLength(0);
    }
  }

  private static Part operator(Matcher command, Problems problems) {
    String name = command.group(1);
    String argument = command.group(2);
    int most = command.group(3) == null ? Integer.MAX_VALUE : Integer.parseInt(command.group(3));
    Part.Fact fact = FACTS.get(name);
    if (fact != null && argument == null && command.group(3) == null) {
      return fact;
    }
    if ((name.equals("REQ") || name.equals("RESP")) && argument != null && !argument.isEmpty()) {
      int otherwise = argument.indexOf('?');
      String first = otherwise < 0 ? argument : argument.substring(0, otherwise);
      String second = otherwise < 0 ? "" : argument.substring(otherwise + 1);
      first = first.toLowerCase(Locale.ROOT);
      second = second.toLowerCase(Locale.ROOT);
      return name.equals("REQ")
          ? new Part.RequestHeader(first, second, most)
          : new Part.ResponseHeader(first, second, most);
    }
    problems.add("is not a supported command operator: " + Texts.quoted(command.group()));
    return new Part.Text("");
  }
}
