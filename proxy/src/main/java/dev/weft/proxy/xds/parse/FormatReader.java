package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.ValueFormat;
import dev.weft.proxy.config.ValueFormat.Part;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats of header values: {@link FormatString}s with the command operators of {@link Part}. */
final class FormatReader {
  private static final Map<String, Part.Fact> FACTS =
      Arrays.stream(Part.Fact.values())
          .collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

  private FormatReader() {}

  static ValueFormat read(String format, Problems problems) {
    if (format.chars().anyMatch(c -> (c < 0x20 && c != '\t') || c == 0x7f)) {
      problems.add("holds control characters");
    }
    List<Part> parts = FormatString.parts(format, Part.Text::new, FormatReader::operator, problems);
    return parts.isEmpty() ? ValueFormat.literal("") : new ValueFormat(parts);
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
      case "REQ" -> new Part.RequestHeader(names.first(), names.otherwise(), operator.limit());
      case "RESP" -> new Part.ResponseHeader(names.first(), names.otherwise(), operator.limit());
      default -> null;
    };
  }
}
