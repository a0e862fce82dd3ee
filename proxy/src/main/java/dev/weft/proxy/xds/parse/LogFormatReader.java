package dev.weft.proxy.xds.parse;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.LogFormat;
import dev.weft.proxy.config.LogFormat.Part;
import dev.weft.proxy.config.LogFormat.Value.Fields;
import dev.weft.proxy.config.LogFormat.Value.Literal;
import dev.weft.proxy.config.LogFormat.Value.Parts;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats of access logs: {@link FormatString}s with the command operators of {@link Part}. */
final class LogFormatReader {
  private static final int MAX_DEPTH = 8;
  private static final Map<String, Part.Fact> FACTS =
      Arrays.stream(Part.Fact.values())
          .collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

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
    return FormatString.parts(format, Part.Literal::new, LogFormatReader::operator, problems);
  }

  private static @Nullable Part operator(FormatString.Operator operator) {
    Part.Fact fact = FACTS.get(operator.name());
    if (fact != null && operator.bare()) {
      return fact;
    }
    FormatString.HeaderNames names = operator.headers();
    if (names == null) {
      return null;
    }
    return switch (operator.name()) {
      case "REQ" -> new Part.Request(names.first(), names.otherwise(), operator.limit());
      case "RESP" -> new Part.Response(names.first(), names.otherwise(), operator.limit());
      case "TRAILER" -> new Part.Trailer(names.first(), names.otherwise(), operator.limit());
      default -> null;
    };
  }
}
