package dev.weft.cli;

import dev.weft.cli.demo.RegistrationBenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code weft bench}: what is measured with real processes. Without a sub-command it is the
 * comparison of proxies, a program of its own (module {@code bench}) that gets all options, {@code
 * --help} among them: it needs the xDS messages and Netty, which the command line does without.
 */
@Command(
    name = "bench",
    subcommands = RegistrationBenchmark.class,
    description = "Compares Weft's proxy with others, with real processes.")
public final class BenchCommand implements Callable<Integer> {
  @Unmatched private List<String> options = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    String home = System.getenv("WEFT_HOME");
    String java = System.getenv("WEFT_JAVA");
    if (home == null || java == null) {
      throw new IOException("WEFT_HOME and WEFT_JAVA are not set: start it by ./weft bench");
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
    command.add("dev.weft.bench.comparison.ComparisonMain");
    command.addAll(options);
    Process process = new ProcessBuilder(command).inheritIO().start();
    Thread end = new Thread(process::destroy, "weft-bench-end");
    Runtime.getRuntime().addShutdownHook(end);
    int code = process.waitFor();
    Runtime.getRuntime().removeShutdownHook(end);
    return code;
  }
}
