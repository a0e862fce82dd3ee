package dev.weft.bench.load;

import dev.weft.bench.machine.Tools;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HTTP/1.1 with keep-alive by wrk, one thread.
 *
 * @param core where it runs
 * @param connections each with one request at a time
 * @param host the {@code Host} header
 * @param path what is asked for
 * @param headers besides {@code Host}, each a line
 * @param patienceSeconds an answer that takes longer is an error
 */
public record Wrk(
    int core, int connections, String host, String path, List<String> headers, int patienceSeconds)
    implements Load {
  private static final int USUAL_PATIENCE_SECONDS = 2;

  private static final Pattern TOTAL = Pattern.compile("(\\d+) requests in ([0-9.]+)(m?s|m),");
  private static final Pattern PERCENTILE = Pattern.compile("(50|99)% +([0-9.]+)(us|ms|s)\\b");
  private static final Pattern BAD_STATUS = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");
  private static final Pattern SOCKET =
      Pattern.compile("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");

  /** Copies the headers. */
  public Wrk {
    headers = List.copyOf(headers);
  }

  /** Without further headers. */
  public Wrk(int core, int connections, String host, String path, int patienceSeconds) {
    this(core, connections, host, path, List.of(), patienceSeconds);
  }

  /** With the patience that wrk has by itself. */
  public Wrk(int core, int connections, String host, String path, String... headers) {
    this(core, connections, host, path, List.of(headers), USUAL_PATIENCE_SECONDS);
  }

  @Override
  public LoadResult run(int port, int seconds) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + seconds + "s",
                "--latency",
                "--timeout",
                patienceSeconds + "s",
                "-H",
                "Host: " + host));
    headers.forEach(header -> command.addAll(List.of("-H", header)));
    command.add("http://127.0.0.1:" + port + path);
    return parse(Tools.run(core, command));
  }

  static LoadResult parse(String output) throws IOException {
    Matcher total = TOTAL.matcher(output);
    if (!total.find()) {
      throw new IOException("wrk printed no total:\n" + output);
    }
    long errors = 0;
    Matcher status = BAD_STATUS.matcher(output);
    if (status.find()) {
      errors += Long.parseLong(status.group(1));
    }
    Matcher socket = SOCKET.matcher(output);
    if (socket.find()) {
      for (int i = 1; i <= socket.groupCount(); i++) {
        errors += Long.parseLong(socket.group(i));
      }
    }
    double p50 = Double.NaN;
    double p99 = Double.NaN;
    Matcher percentile = PERCENTILE.matcher(output);
    while (percentile.find()) {
      double micros = Double.parseDouble(percentile.group(2)) * micros(percentile.group(3));
      if (percentile.group(1).equals("50")) {
        p50 = micros;
      } else {
        p99 = micros;
      }
    }
    double seconds = Double.parseDouble(total.group(2)) * micros(total.group(3)) / 1e6;
    return new LoadResult(Long.parseLong(total.group(1)), errors, seconds, p50, p99);
  }

  private static double micros(String unit) {
    return switch (unit) {
      case "us" -> 1;
      case "ms" -> 1e3;
      case "m" -> 60e6;
      default -> 1e6;
    };
  }
}
