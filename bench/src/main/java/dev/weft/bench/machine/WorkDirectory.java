package dev.weft.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Where a run has its configuration and logs; gone with the run, unless they are to be kept. */
public final class WorkDirectory implements AutoCloseable {
  private final Path path;
  private final boolean keep;
  private final Consumer<String> progress;

  private WorkDirectory(Path path, boolean keep, Consumer<String> progress) {
    this.path = path;
    this.keep = keep;
    this.progress = progress;
  }

  /**
   * Makes one among the machine's temporary files.
   *
   * @param prefix of its name
   * @param progress told where it is when it is kept
   */
  public static WorkDirectory create(String prefix, boolean keep, Consumer<String> progress)
      throws IOException {
    Path created = Files.createTempDirectory(prefix);
    // An nginx that root started reads its files as somebody else.
    Files.setPosixFilePermissions(created, PosixFilePermissions.fromString("rwx--x--x"));
    return new WorkDirectory(created, keep, progress);
  }

  /** The directory. */
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    if (keep) {
      progress.accept("kept: " + path);
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
