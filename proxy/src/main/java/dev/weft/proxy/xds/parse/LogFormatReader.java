package dev.weft.proxy.xds.parse;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.LogFormat;
import dev.weft.proxy.config.LogFormat.Part;
import dev.weft.proxy.config.LogFormat.Value.Fields;
import dev.weft.proxy.config.LogFormat.Value.Literal;
import dev.weft.proxy.config.LogFormat.Value.Parts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Formats of access logs. An operator that is not known is a problem: its place would stay empty.
 */
final class LogFormatReader {
  private static final int MAX_DEPTH = 8;
  private static final Map<String, Part.Fact> FACTS =
      Arrays.stream(Part.Fact.values())
          .collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

  /** Each part is bounded and anchored: no pattern here can take long. */
  private static final Pattern COMMAND =
      Pattern.compile("%(?:%|([A-Z_]{1,64})(?:\\(([^()%]{0,256})\\))?(?::([0-9]{1,5}))?%)");

  private LogFormatReader() {}

  static LogFormat text(String format, Problems problems) {
    return new LogFormat.Text(parts(format, problems));
  }

  static LogFormat json(Struct format, Problems problems) {
    return new LogFormat.Json(fields(format, 0, problems));
  }

  private static Fields fields(Struct struct, int depth, Problems problems) {
    Map<String, LogFormat.Value> fields = new LinkedHashMap<>();
    if (depth > MAX_DEPTH) {
      problems.add("is deeper than " + MAX_DEPTH);
      return new Fields(fields);
    }
    struct
        .getFieldsMap()
        .forEach((key, value) -> fields.put(key, value(value, depth, problems.entry(key))));
    return new Fields(fields);
  }

  private static LogFormat.Value value(Value value, int depth, Problems problems) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> new Parts(parts(value.getStringValue(), problems));
      case STRUCT_VALUE -> fields(value.getStructValue(), depth + 1, problems);
      case NUMBER_VALUE -> number(value.getNumberValue());
      case BOOL_VALUE -> new Literal(Boolean.toString(value.getBoolValue()));
      case NULL_VALUE -> new Literal("null");
      case LIST_VALUE, KIND_NOT_SET -> {
        problems.add("is not supported: a list");
        yield new Literal("null");
      }
    };
  }

  private static Literal number(double value) {
    long whole = (long) value;
    if (whole == value) {
      return new Literal(Long.toString(whole));
    }
    return new Literal(Double.isFinite(value) ? Double.toString(value) : "null");
  }

  private static List<Part> parts(String format, Problems problems) {
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
    return parts;
  }

  private static void flush(StringBuilder text, List<Part> parts) {
    if (!text.isEmpty()) {
      parts.add(new Part.Literal(text.toString()));
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
    if (argument != null && !argument.isEmpty()) {
      String[] names = argument.toLowerCase(Locale.ROOT).split("\\?", 2);
      String otherwise = names.length > 1 ? names[1] : "";
      switch (name) {
        case "REQ" -> {
          return new Part.Request(names[0], otherwise, most);
        }
        case "RESP" -> {
          return new Part.Response(names[0], otherwise, most);
        }
        case "TRAILER" -> {
          return new Part.Trailer(names[0], otherwise, most);
        }
        default -> {}
      }
    }
    problems.add("is not a supported command operator: " + Texts.quoted(command.group()));
    return new Part.Literal("");
  }
}
