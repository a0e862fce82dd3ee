package dev.weft.proxy.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A file that a resource names ({@code envoy.config.core.v3.DataSource.filename}), read once, on
 * the thread that asks for it. Only regular files are: nothing else could be waited for.
 */
public final class NamedFile {
  private NamedFile() {}

  /**
   * Reads it.
   *
   * @param largest in bytes
   * @param problem told why there is nothing, with nothing of the content
   * @return empty where there is a problem
   */
  public static byte[] read(String name, int largest, Consumer<String> problem) {
    try {
      Path path = Path.of(name);
      if (!Files.isRegularFile(path)) {
        problem.accept("cannot be read: there is no such file");
        return new byte[0];
      }
      try (InputStream in = Files.newInputStream(path)) {
        byte[] bytes = in.readNBytes(largest + 1);
        if (bytes.length > 0 && bytes.length <= largest) {
          return bytes;
        }
        problem.accept("names a file that is empty or larger than " + largest + " bytes");
      }
    } catch (IOException | InvalidPathException e) {
      problem.accept("cannot be read: " + e.getClass().getSimpleName());
    }
    return new byte[0];
  }
}
