package dev.weft.proxy.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The access log of a case, {@code $log} in its file: both subjects append to the same one, one
 * after the other.
 */
record LogFile(Path path) {

  static LogFile of(OracleCase test) {
    return new LogFile(
        OracleFiles.directory()
            .resolve(ProcessHandle.current().pid() + "-" + test.name() + ".log"));
  }

  /** Forgets what is there. */
  void clear() {
    try {
      Files.write(path, new byte[0]);
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
