package dev.weft.agent.catalog;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as Go writes them ({@code time.ParseDuration}): {@code 250ms}, {@code 1.5s}, {@code
 * 1h2m}.
 */
public final class GoDuration {
  private static final Pattern PART =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h)");
  private static final Pattern WHOLE =
      Pattern.compile("[+-]?(?:(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:ns|us|µs|ms|s|m|h))+");
  private static final Map<String, BigDecimal> NANOS =
      Map.of(
          "ns", BigDecimal.ONE,
          "us", new BigDecimal(1_000),
          "µs", new BigDecimal(1_000),
          "ms", new BigDecimal(1_000_000),
          "s", new BigDecimal(1_000_000_000L),
          "m", new BigDecimal(60_000_000_000L),
          "h", new BigDecimal(3_600_000_000_000L));
  private static final BigDecimal LIMIT = new BigDecimal(Long.MAX_VALUE);

  private GoDuration() {}

  /**
   * Reads a duration; negative ones are allowed.
   *
   * @throws IllegalArgumentException in the words of Go's own error
   */
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    if (text.length() > 64 || !WHOLE.matcher(text).matches()) {
      boolean number = text.matches("[+-]?\\d+(\\.\\d*)?");
      throw new IllegalArgumentException(
          "time: "
              + (number ? "missing unit in duration" : "invalid duration")
              + " \""
              + text
              + "\"");
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(NANOS.get(part.group(2))));
    }
    if (nanos.compareTo(LIMIT) > 0) {
      throw new IllegalArgumentException("time: invalid duration \"" + text + "\"");
    }
    return Duration.ofNanos(text.startsWith("-") ? -nanos.longValue() : nanos.longValue());
  }

  /** Writes a duration as Go prints it, for instance {@code 1m30s} or {@code 500ms}. */
  public static String format(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0s";
    }
    if (Math.abs(nanos) < 1_000_000_000L) {
      BigDecimal value = new BigDecimal(nanos);
      if (Math.abs(nanos) < 1_000) {
        return nanos + "ns";
      }
      boolean micros = Math.abs(nanos) < 1_000_000;
      return plain(value.movePointLeft(micros ? 3 : 6)) + (micros ? "µs" : "ms");
    }
    long hours = duration.toHours();
    long minutes = duration.toMinutesPart();
    BigDecimal seconds =
        new BigDecimal(duration.toSecondsPart())
            .add(new BigDecimal(duration.toNanosPart()).movePointLeft(9));
    StringBuilder text = new StringBuilder();
    if (hours != 0) {
      text.append(hours).append('h');
    }
    if (hours != 0 || minutes != 0) {
      text.append(minutes).append('m');
    }
    return text.append(plain(seconds)).append('s').toString();
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
