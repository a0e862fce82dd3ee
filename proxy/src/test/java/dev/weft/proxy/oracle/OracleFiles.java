package dev.weft.proxy.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where subjects keep what they write: in the build's own directory, also when a run is killed. */
final class OracleFiles {
  private OracleFiles() {}

  /** The directory, made when it is not there; absolute, since an Envoy opens files in it. */
  static Path directory() {
    try {
      return Files.createDirectories(Path.of("target", "oracle", "subjects").toAbsolutePath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
