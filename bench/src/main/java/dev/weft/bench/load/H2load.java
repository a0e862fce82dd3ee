package dev.weft.bench.load;

import dev.weft.bench.machine.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 without TLS by h2load, one thread, 8 connections of 16 streams.
 *
 * @param core where it runs
 * @param authority the {@code :authority}
 * @param path what is asked for
 * @param message the body of a POST, as gRPC frames it; null: GET
 * @param directory for the log of latencies
 */
public record H2load(
    int core, String authority, String path, @Nullable Path message, Path directory)
    implements Load {
  private static final Pattern TOTAL = Pattern.compile("finished in ([0-9.]+)(m?s),");
  private static final Pattern REQUESTS =
      Pattern.compile("(\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout");

  @Override
  public LoadResult run(int port, int seconds) throws IOException {
    Path log = directory.resolve("h2load.tsv");
    Files.deleteIfExists(log);
    List<String> command =
        new ArrayList<>(
            List.of(
                "h2load",
                "-c8",
                "-m16",
                "-t1",
                "-D" + seconds,
                "--log-file=" + log,
                "--connect-to=127.0.0.1:" + port));
    if (message != null) {
      command.addAll(
          List.of(
              "-d",
              message.toString(),
              "-H",
              "content-type: application/grpc",
              "-H",
              "te: trailers"));
    }
    command.add("http://" + authority + path);
    String output = Tools.run(core, command);
    double[] micros;
    try (Stream<String> lines = Files.lines(log)) {
      micros = lines.mapToDouble(H2load::micros).sorted().toArray();
    }
    Files.deleteIfExists(log);
    return parse(output, micros);
  }

  /** Start (µs), status, duration (µs), separated by tabs. */
  private static double micros(String line) {
    return Double.parseDouble(line.substring(line.lastIndexOf('\t') + 1));
  }

  static LoadResult parse(String output, double... sorted) throws IOException {
    Matcher total = TOTAL.matcher(output);
    Matcher requests = REQUESTS.matcher(output);
    if (!total.find() || !requests.find()) {
      throw new IOException("h2load printed no totals:\n" + output);
    }
    double seconds = Double.parseDouble(total.group(1)) * (total.group(2).equals("ms") ? 1e-3 : 1);
    long errors =
        Stream.of(2, 3, 4).mapToLong(group -> Long.parseLong(requests.group(group))).sum();
    return new LoadResult(
        Long.parseLong(requests.group(1)),
        errors,
        seconds,
        percentile(sorted, 0.5),
        percentile(sorted, 0.99));
  }

  /** The value at the share of a sorted array; NaN when it is empty. */
  static double percentile(double[] sorted, double share) {
    int length = Arrays.stream(sorted).anyMatch(Double::isNaN) ? 0 : sorted.length;
    return length == 0
        ? Double.NaN
        : sorted[Math.min(length - 1, (int) Math.ceil(share * length) - 1)];
  }
}
