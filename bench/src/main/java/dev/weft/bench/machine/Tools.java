package dev.weft.bench.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs that are installed on the machine. */
public final class Tools {
  private static final int LIMIT_SECONDS = 300;

  private Tools() {}

  /** Looks it up on the PATH and in the directories of system daemons. */
  public static Optional<Path> find(String name) {
    List<String> directories =
        new ArrayList<>(List.of(System.getenv().getOrDefault("PATH", "").split(":", -1)));
    directories.addAll(List.of("/usr/sbin", "/usr/local/sbin", "/sbin"));
    return directories.stream()
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Says so when one is missing.
   *
   * @param packages Debian's, which have them and what else is needed
   */
  public static void require(String packages, String... names) throws IOException {
    for (String name : names) {
      if (find(name).isEmpty()) {
        throw new IOException(name + " is missing: apt-get install " + packages);
      }
    }
  }

  /** Moves this process with all its threads to a processor. */
  public static void moveTo(int core) throws IOException {
    run(
        core,
        List.of(
            "taskset",
            "-a",
            "-c",
            "-p",
            Integer.toString(core),
            Long.toString(ProcessHandle.current().pid())));
  }

  /**
   * Runs a command on a processor to its end.
   *
   * @return what it printed
   * @throws IOException when it fails or takes more than five minutes
   */
  public static String run(int core, List<String> command) throws IOException {
    List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
    pinned.addAll(command);
    Process process = new ProcessBuilder(pinned).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + " failed:\n" + output);
      }
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
