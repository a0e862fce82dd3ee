package dev.weft.policy.istio.read;

import dev.weft.policy.document.Fields;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long something may take: {@code 5s}, and as Kubernetes takes it {@code 500ms} or {@code
 * 1m30s}.
 */
final class Waiting {
  private static final Pattern PART =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{0,9})?|\\.\\d{1,9})(ns|us|µs|μs|ms|s|m|h)");
  private static final Map<String, BigDecimal> MILLIS =
      Map.of(
          "ns",
          new BigDecimal("0.000001"),
          "us",
          new BigDecimal("0.001"),
          "µs",
          new BigDecimal("0.001"),
          "μs",
          new BigDecimal("0.001"),
          "ms",
          BigDecimal.ONE,
          "s",
          BigDecimal.valueOf(1_000),
          "m",
          BigDecimal.valueOf(60_000),
          "h",
          BigDecimal.valueOf(3_600_000));
  private static final int LONGEST_TEXT = 64;

  private Waiting() {}

  /**
   * Reads a field.
   *
   * @param usual where it is absent, in ms
   * @param most ms
   */
  static long millis(Fields in, String field, long usual, long most) {
    Optional<String> text = in.text(field);
    if (text.isEmpty()) {
      return usual;
    }
    BigDecimal found = millis(text.get());
    if (found.compareTo(BigDecimal.ONE) < 0 || found.compareTo(BigDecimal.valueOf(most)) > 0) {
      in.problem(
          field,
          "expected a time like 5s, 0.5s or 500ms, from 1 ms to "
              + most / 1_000
              + " s, found \""
              + Fields.brief(text.get())
              + "\"");
      return usual;
    }
    return found.longValue();
  }

  /** 0: it is none. */
  private static BigDecimal millis(String text) {
    BigDecimal sum = BigDecimal.ZERO;
    if (text.length() > LONGEST_TEXT) {
      return sum;
    }
    Matcher part = PART.matcher(text);
    int at = 0;
    while (at < text.length()) {
      if (!part.find(at) || part.start() != at) {
        return BigDecimal.ZERO;
      }
      sum = sum.add(new BigDecimal(part.group(1)).multiply(MILLIS.get(part.group(2))));
      at = part.end();
    }
    return sum;
  }
}
