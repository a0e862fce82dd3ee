package dev.weft.bench.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a node's log tells of leaks and of bugs. */
final class Complaints {
  /** Makes Netty follow every buffer, and log those that nobody released. */
  static final List<String> PARANOID =
      List.of(
          "-Dio.netty.leakDetection.level=paranoid", "-Dio.netty.leakDetection.targetRecords=8");

  private static final int MOST = 10;

  private Complaints() {}

  /** The first lines that tell of one. */
  static List<String> in(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .filter(line -> line.contains("LEAK:") || line.contains(" ERROR "))
          .limit(MOST)
          .toList();
    }
  }
}
