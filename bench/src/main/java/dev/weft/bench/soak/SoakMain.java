package dev.weft.bench.soak;

import dev.weft.bench.machine.Cores;
import dev.weft.bench.machine.JvmArguments;
import dev.weft.bench.machine.Tools;
import dev.weft.bench.machine.WorkDirectory;
import dev.weft.bench.peer.Authority;
import dev.weft.bench.peer.Ground;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft soak}: real processes under load while all they are told changes. */
@Command(
    name = "weft soak",
    mixinStandardHelpOptions = true,
    description = {
      "Loads sidecars and a gateway with every protocol while endpoints, routes and certificates change each second.",
      "Fails when a request fails, memory grows, or anything is left at the end (docs/soak.md).",
      "Needs Linux, two processors, taskset, wrk, h2load and nginx."
    })
public final class SoakMain implements Callable<Integer> {
  @Option(names = "--seconds", description = "How long (default: ${DEFAULT-VALUE}).")
  private int seconds = 600;

  @Option(names = "--still", description = "Nothing changes: only the requests are looked at.")
  private boolean still;

  @Option(
      names = "--patience",
      description = "Seconds after which an answer is too late (default: ${DEFAULT-VALUE}).")
  private int patience = 15;

  @Option(
      names = "--paranoid",
      description = "Netty follows every buffer; a leak that it reports is a failure.")
  private boolean paranoid;

  @Option(
      names = "--cores",
      description = "The nodes' processor and the load's (default: ${DEFAULT-VALUE}).")
  private String cores = "0,1";

  @Option(names = "--jvm-args", description = "Further JVM arguments for the nodes.")
  private String jvmArguments = "";

  @Option(names = "--keep", description = "Keep configuration and logs, and say where.")
  private boolean keep;

  /** Called by the JVM; exits with picocli's exit code. */
  public static void main(String... args) {
    System.exit(new CommandLine(new SoakMain()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Tools.require("util-linux wrk nghttp2-client nginx-light", "taskset", "wrk", "h2load");
    String home = System.getenv("WEFT_HOME");
    String java = System.getenv("WEFT_JAVA");
    if (home == null || java == null) {
      throw new IOException("WEFT_HOME and WEFT_JAVA are not set: start it by ./weft soak");
    }
    Cores processors = Cores.parse(cores);
    Tools.moveTo(processors.load());
    Consumer<String> progress = System.err::println;
    List<String> problems;
    try (WorkDirectory directory = WorkDirectory.create("weft-soak", keep, progress)) {
      Ground ground =
          new Ground(
              directory.path(),
              processors,
              new Authority(new SecureRandom(), InstantSource.system()));
      try (Mesh mesh = new Mesh(ground, Path.of(home), java, arguments())) {
        problems = new Soak(ground, mesh, progress).run(seconds, still, patience);
      }
    }
    problems.forEach(problem -> System.out.println("failed: " + problem));
    System.out.println(problems.isEmpty() ? "passed" : problems.size() + " problems");
    return problems.isEmpty() ? 0 : 1;
  }

  private List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(
            JvmArguments.of(System.getenv().getOrDefault("WEFT_JVM_ARGS", ""), jvmArguments));
    if (paranoid) {
      arguments.addAll(Complaints.PARANOID);
    }
    return arguments;
  }
}
