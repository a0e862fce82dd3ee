package dev.weft.agent.watch;

import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A file of settings that may change while it is in use. It is read whole each time: it is small,
 * and content tells a change surely where times of files do not. Content that is wrong changes
 * nothing: what was read before stays in force. Owned by the thread that reads.
 */
public final class DocumentFile<T> {
  private static final int LARGEST = 1 << 20;

  private final Path file;
  private final String whose;
  private final boolean expected;
  private final Function<byte[], Validated<T>> reader;
  private byte @Nullable [] text;
  private @Nullable T inForce;
  private List<String> problems = List.of();

  private DocumentFile(
      Path file, String whose, boolean expected, Function<byte[], Validated<T>> reader) {
    this.file = file;
    this.whose = whose;
    this.expected = expected;
    this.reader = reader;
  }

  /**
   * A file that has to be there.
   *
   * @param whose settings it holds, for people, in the plural
   */
  public static <T> DocumentFile<T> required(
      Path file, String whose, Function<byte[], Validated<T>> reader) {
    return new DocumentFile<>(file, whose, true, reader);
  }

  /**
   * A file that may appear later; that it is missing is wrong once it was there.
   *
   * @param whose settings it holds, for people, in the plural
   */
  public static <T> DocumentFile<T> optional(
      Path file, String whose, Function<byte[], Validated<T>> reader) {
    return new DocumentFile<>(file, whose, false, reader);
  }

  /** What the file said when it was right last; empty: it never was. */
  public Optional<T> inForce() {
    return Optional.ofNullable(inForce);
  }

  /**
   * Reads it if it changed. Blocks on the disk.
   *
   * @return what is wrong with it now, each with file and field; empty: nothing
   */
  public List<String> read() {
    try {
      byte[] now = bytes(file);
      if (!Arrays.equals(now, text)) {
        problems = read(now);
        text = now;
      }
    } catch (NoSuchFileException e) {
      text = null;
      problems =
          expected || inForce != null
              ? List.of(file + ": it is not there; " + whose + " stay as they were")
              : List.of();
    } catch (IOException e) {
      text = null;
      problems = List.of(file + ": it cannot be read: " + e.getMessage());
    }
    return problems;
  }

  private List<String> read(byte[] now) {
    return switch (reader.apply(now)) {
      case Validated.Valid<T>(T value) -> {
        inForce = value;
        yield List.of();
      }
      case Validated.Invalid<T>(List<Problem> wrong) ->
          wrong.stream()
              .map(problem ->
                  file
                      + ": "
                      + (problem.field().isEmpty() ? "" : problem.field() + ": ")
                      + problem.message())
              .toList();
    };
  }

  /**
   * All of a small file.
   *
   * @throws IOException also when it is larger than 1 MiB
   */
  public static byte[] bytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException("larger than " + LARGEST + " bytes");
      }
      return bytes;
    }
  }
}
