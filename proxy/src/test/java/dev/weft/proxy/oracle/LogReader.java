package dev.weft.proxy.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.yaml.snakeyaml.Yaml;

/**
 * What one subject logs of a case, from now on: its lines in the case's file, then those in the
 * subject's standard output and error, which all cases share. There a line belongs to the case that
 * it names, as the part of a route's or an upstream's name before the slash.
 */
final class LogReader {

  private final OracleCase test;
  private final LogFile file;
  private final Map<String, Path> streams;
  private final Map<String, Integer> before = new TreeMap<>();

  LogReader(OracleCase test, Subject subject) {
    this.test = test;
    this.file = LogFile.of(test);
    this.streams = subject.streams();
    if (test.lines() > 0) {
      file.clear();
      streams.keySet().forEach(stream -> before.put(stream, ofStream(stream).size()));
    }
  }

  /**
   * All of it, sorted: connections end when they end. JSON as the values that it stands for, since
   * the order of fields is free.
   */
  List<Object> read(boolean perhaps) {
    if (test.lines() == 0) {
      return List.of();
    }
    Waits.until(perhaps, () -> lines().size() >= test.lines());
    return lines();
  }

  private List<Object> lines() {
    List<Object> lines = new ArrayList<>();
    all(file.path()).forEach(line -> lines.add(value(line)));
    streams.keySet().stream()
        .sorted()
        .forEach(stream -> {
          List<String> here = ofStream(stream);
          here.subList(before.get(stream), here.size())
              .forEach(line -> lines.add(List.of(stream, value(line))));
        });
    lines.sort(Comparator.comparing(Object::toString));
    return test.distinctLines() ? lines.stream().distinct().toList() : lines;
  }

  private static Object value(String line) {
    return line.startsWith("{") ? new TreeMap<>(new Yaml().<Map<String, Object>>load(line)) : line;
  }

  private List<String> ofStream(String stream) {
    return all(streams.get(stream)).stream()
        .filter(line -> line.contains(test.name() + "/"))
        .toList();
  }

  private static List<String> all(Path path) {
    try {
      return Files.readAllLines(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same lines in other words. */
  static List<Object> renamed(List<Object> lines, UnaryOperator<String> words) {
    return lines.stream().<Object>map(line -> words.apply(String.valueOf(line))).toList();
  }
}
