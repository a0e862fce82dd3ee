package dev.weft.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A long-lived process on one processor; what it prints goes to {@code <name>.log}. */
public final class Child implements AutoCloseable {
  private static final int END_SECONDS = 8;

  private final String name;
  private final Path log;
  private final Process process;

  private Child(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /** Starts the command in the directory, on the processor, with further environment. */
  public static Child start(
      String name, Path directory, int core, List<String> command, Map<String, String> environment)
      throws IOException {
    List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
    pinned.addAll(command);
    Path log = directory.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(pinned)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    // Whoever ends the benchmark ends what it started.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, name + "-end"));
    return new Child(name, log, process);
  }

  /** The process, which is the command itself: {@code taskset} replaces itself by it. */
  public long pid() {
    return process.pid();
  }

  /**
   * Says so when it has ended.
   *
   * @throws IOException with the end of what it printed
   */
  public void requireAlive() throws IOException {
    if (!process.isAlive()) {
      List<String> lines = Files.readAllLines(log);
      throw new IOException(
          name
              + " ended with "
              + process.exitValue()
              + ":\n"
              + String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size())));
    }
  }

  /** SIGTERM, and SIGKILL when that does not help. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
