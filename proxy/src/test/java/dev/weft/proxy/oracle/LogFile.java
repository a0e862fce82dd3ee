package dev.weft.proxy.oracle;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.Yaml;

/**
 * The access log of a case, {@code $log} in its file: both subjects append to the same one, one
 * after the other.
 *
 * @param lines how many the calls make; 0: the case has no log
 */
record LogFile(Path path, int lines) {

  static LogFile of(OracleCase test) {
    return new LogFile(
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "weft-oracle-" + ProcessHandle.current().pid() + "-" + test.name() + ".log"),
        ((Number) test.resources().getOrDefault("lines", 0)).intValue());
  }

  /** Forgets what is there. */
  void clear() {
    try {
      if (lines > 0) {
        Files.write(path, new byte[0]);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What was written, sorted: connections end when they end. JSON as the values that it stands for,
   * since the order of fields is free.
   */
  List<Object> read() {
    if (lines == 0) {
      return List.of();
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> Files.readAllLines(path).size() >= lines);
    try {
      return Files.readAllLines(path).stream()
          .map(line ->
              line.startsWith("{")
                  ? new TreeMap<>(new Yaml().<Map<String, Object>>load(line))
                  : (Object) line)
          .sorted(Comparator.comparing(Object::toString))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
