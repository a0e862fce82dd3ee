package dev.weft.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A run's own directory: configuration, keys, data and logs. Owner-only, since there are keys in
 * it.
 */
final class DemoDirectory {
  private DemoDirectory() {}

  static Path create(Installation installation) throws IOException {
    Path parent = Files.createDirectories(installation.home().resolve(".weft"));
    return Files.createTempDirectory(
        parent,
        "demo-",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
