package dev.weft.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process that the demo started, and its log file. Thread-safe as {@link Process} is. */
final class Child {
  private final String name;
  private final Path log;
  private final Process process;

  private Child(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /** Starts the command in the directory; what it prints goes to {@code <name>.log} there. */
  static Child start(String name, Path directory, List<String> command) throws IOException {
    Path log = directory.resolve(name + ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    return new Child(name, log, process);
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** {@code kill -9}; returns when the process is gone. */
  void kill() {
    process.destroyForcibly();
    awaitEnd(10);
  }

  /** SIGQUIT: a JVM prints what its threads do. */
  void threadDump() throws IOException {
    signal("QUIT");
  }

  /** Whether its log has this by now. */
  boolean printed(String text) {
    return contains(log, text);
  }

  static boolean contains(Path log, String text) {
    try {
      return Files.readString(log, StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false;
    }
  }

  /** SIGSTOP: the process hangs, its sockets stay open. */
  void stop() throws IOException {
    signal("STOP");
  }

  /** SIGCONT. */
  void resume() throws IOException {
    signal("CONT");
  }

  /** SIGTERM to all of them, and SIGKILL to those that are not gone when their time is up. */
  static void endAll(List<Child> children, int seconds) {
    children.forEach(child -> child.process.destroy());
    for (Child child : children) {
      if (!child.awaitEnd(seconds)) {
        child.kill();
      }
    }
  }

  /** The last lines that it printed, for an error message. */
  String tail() {
    try (Stream<String> lines = Files.lines(log)) {
      List<String> all = lines.toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - 15), all.size()));
    } catch (IOException e) {
      return "(its log cannot be read: " + e.getMessage() + ")";
    }
  }

  private boolean awaitEnd(int seconds) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void signal(String signal) throws IOException {
    try {
      int code =
          new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      if (code != 0) {
        throw new IOException("kill -" + signal + " " + name + " ended with " + code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
