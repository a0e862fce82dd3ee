package dev.weft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a program of the module {@code bench}: it needs the xDS messages and Netty, which the
 * command line does without.
 */
final class BenchProgram {
  private BenchProgram() {}

  /** Runs it to its end, with this process's streams, and answers its exit code. */
  static int run(String main, List<String> options) throws IOException, InterruptedException {
    String home = System.getenv("WEFT_HOME");
    String java = System.getenv("WEFT_JAVA");
    if (home == null || java == null) {
      throw new IOException("WEFT_HOME and WEFT_JAVA are not set: start it by ./weft");
    }
    Path target = Path.of(home, "bench", "target");
    Path classpath = target.resolve("classpath");
    if (!Files.exists(classpath)) {
      throw new IOException(classpath + " is not there: run ./weft build");
    }
    List<String> command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", "-Xmx256m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(target.resolve("classes") + ":" + Files.readString(classpath).strip());
    command.add(main);
    command.addAll(options);
    Process process = new ProcessBuilder(command).inheritIO().start();
    Thread end = new Thread(process::destroy, "weft-bench-end");
    Runtime.getRuntime().addShutdownHook(end);
    int code = process.waitFor();
    Runtime.getRuntime().removeShutdownHook(end);
    return code;
  }
}
