package dev.weft.cli.demo.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A line for each executed request: {@code <epoch millis> <method> <request id>}. A line is in the
 * page cache before the request does anything else, so it outlives {@code kill -9} of the process.
 * Thread-safe.
 */
public final class ExecutionLog implements AutoCloseable {
  private final FileChannel channel;

  /** Opens the file for appending. */
  public ExecutionLog(Path file) throws IOException {
    channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  /** Appends one line by one write. */
  public void executed(long epochMillis, String method, String requestId) throws IOException {
    ByteBuffer line =
        ByteBuffer.wrap((epochMillis + " " + method + " " + requestId + "\n").getBytes(UTF_8));
    while (line.hasRemaining()) {
      channel.write(line);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Reads a log; a missing file is an empty one. */
  public static List<Entry> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(file, UTF_8)) {
      return lines
          .map(line -> line.split(" ", 3))
          .filter(parts -> parts.length == 3)
          .map(Entry::of)
          .toList();
    }
  }

  /** One executed request. */
  public record Entry(long epochMillis, String method, String requestId) {
    static Entry of(String[] parts) {
      return new Entry(Long.parseLong(parts[0]), parts[1], parts[2]);
    }
  }
}
