package dev.weft.cli.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Finds the files that a test is about. */
final class PolicyFilesInPlace {
  private static final int MOST = 10_000;
  private static final int DEEPEST = 32;

  private PolicyFilesInPlace() {}

  /**
   * Files as they are named, and those below directories, in the order of their names; hidden ones
   * are left out.
   *
   * @throws IOException where a place cannot be read, or has more than 10,000 files
   */
  static List<Path> find(List<Path> places) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path place : places) {
      if (Files.isRegularFile(place)) {
        found.add(place);
        continue;
      }
      try (Stream<Path> below = Files.walk(place, DEEPEST)) {
        below
            .filter(file -> isPolicyFile(place, file))
            .sorted()
            .limit(MOST + 1L)
            .forEach(found::add);
      } catch (java.io.UncheckedIOException e) {
        throw e.getCause();
      }
      if (found.size() > MOST) {
        throw new IOException(place + " has more than " + MOST + " files");
      }
    }
    return found;
  }

  private static boolean isPolicyFile(Path place, Path file) {
    String name = String.valueOf(file.getFileName());
    boolean format = name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    if (!format || !Files.isRegularFile(file)) {
      return false;
    }
    for (Path part : place.relativize(file)) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    return true;
  }
}
