package dev.weft.bench.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a node's log tells of leaks and of bugs. */
final class Complaints {
  /** Makes Netty follow every buffer, and log those that nobody released. */
  static final List<String> PARANOID =
      List.of(
          "-Dio.netty.leakDetection.level=paranoid", "-Dio.netty.leakDetection.targetRecords=8");

  private static final int MOST = 10;

  /** In a line of the framework's form, and at the beginning of one of the JVM's own. */
  private static final Pattern COMPLAINT = Pattern.compile("LEAK:| ERROR |^(ERROR|SEVERE|FATAL): ");

  private Complaints() {}

  /** The first lines that tell of one. */
  static List<String> in(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> COMPLAINT.matcher(line).find()).limit(MOST).toList();
    }
  }
}
