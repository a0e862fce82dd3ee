package dev.weft.bench.comparison;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.bench.machine.Child;
import dev.weft.bench.machine.Cores;
import dev.weft.bench.machine.Tools;
import dev.weft.bench.machine.WorkDirectory;
import dev.weft.bench.peer.Authority;
import dev.weft.bench.peer.Backend;
import dev.weft.bench.peer.Ground;
import dev.weft.bench.peer.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code weft bench}: Weft's proxy beside others, with real processes. Started by the command line.
 */
@Command(
    name = "weft bench",
    mixinStandardHelpOptions = true,
    description = {
      "Compares Weft's proxy with those found on this machine: CPU time per request, rate, latency, memory.",
      "Needs Linux, two processors, taskset, wrk, h2load and nginx (docs/benchmarks.md).",
      "Also: weft bench registration"
    })
public final class ComparisonMain implements Callable<Integer> {
  @Option(
      names = "--modes",
      split = ",",
      description =
          "What to measure (default: all): http1, h2c, grpc, mtls, policy, body-64k, body-1m, tcp, handshake, latency.")
  private List<String> modes = List.of();

  @Option(
      names = "--peers",
      split = ",",
      description =
          "Whom to measure (default: all that are found): weft, envoy, haproxy, nginx, direct.")
  private List<String> peers = List.of();

  @Option(
      names = "--rounds",
      description = "Quiet rounds wanted (default: ${DEFAULT-VALUE}; latency: at least 15).")
  private int rounds = 5;

  @Option(
      names = "--seconds",
      description = "Load on each peer in a round (default: ${DEFAULT-VALUE}).")
  private int seconds = 4;

  @Option(
      names = "--warmup",
      description =
          "Seconds of load on Weft before the first round, of which others get one turn"
              + " (default: ${DEFAULT-VALUE}).")
  private int warmup = 30;

  @Option(
      names = "--foreign",
      description =
          "Percent of a processor that others may use in a slice; more discards it (default: ${DEFAULT-VALUE}).")
  private double foreign = 3;

  @Option(
      names = "--cores",
      description = "The proxy's processor and the load's (default: ${DEFAULT-VALUE}).")
  private String cores = "0,1";

  @Option(names = "--jvm-args", description = "Further JVM arguments for Weft's proxy.")
  private String jvmArguments = "";

  @Option(
      names = "--before",
      description =
          "Another tree with a built Weft: measured as a further peer, for changes of speed.")
  private @Nullable Path before;

  @Option(names = "--json", description = "Print JSON instead of the table.")
  private boolean json;

  @Option(
      names = "--smoke",
      description = "One short round of each mode: does it still run? Its figures mean nothing.")
  private boolean smoke;

  @Option(
      names = "--keep",
      description = "Keep configuration and logs of all processes, and say where.")
  private boolean keep;

  /** Called by the JVM; exits with picocli's exit code. */
  public static void main(String... args) {
    System.exit(new CommandLine(new ComparisonMain()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    List<Mode> wanted =
        modes.isEmpty() ? List.of(Mode.values()) : modes.stream().map(Mode::of).toList();
    Tools.require("util-linux wrk nghttp2-client nginx-light haproxy", "taskset", "wrk", "h2load");
    Plan plan =
        smoke
            ? new Plan(1, 1, 1, 0, Double.MAX_VALUE, 1)
            : new Plan(rounds, seconds, warmup, 15, foreign / 100, 4);
    List<Peer> found = Peers.find(peers, jvmArguments, before, System.err::println);
    Cores processors = Cores.parse(cores);
    Tools.moveTo(processors.load());
    Consumer<String> progress = System.err::println;
    List<ModeResult> results;
    try (WorkDirectory directory = WorkDirectory.create("weft-bench", keep, progress)) {
      Ground ground =
          new Ground(
              directory.path(),
              processors,
              new Authority(new SecureRandom(), InstantSource.system()));
      results = measure(wanted, found, plan, ground);
    }
    if (json) {
      System.out.println(
          new ObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(Report.json(results, plan, facts())));
    } else {
      System.out.print(Report.table(results));
    }
    return results.stream().allMatch(result -> !result.rounds().isEmpty()) ? 0 : 1;
  }

  private static List<ModeResult> measure(
      List<Mode> wanted, List<Peer> found, Plan plan, Ground ground) throws IOException {
    List<ModeResult> results = new ArrayList<>();
    try (Child backend = Backend.start(ground)) {
      Comparison comparison = new Comparison(ground, backend, found, plan, System.err::println);
      for (Mode mode : wanted) {
        try {
          results.add(comparison.measure(mode));
        } catch (IOException e) {
          // What the other modes said is not lost for it.
          System.err.println(mode.label() + " could not be measured: " + e.getMessage());
          results.add(new ModeResult(mode, List.of(), 0));
        }
      }
    }
    return results;
  }

  private Map<String, String> facts() throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("kernel", Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      lines
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .ifPresent(line -> facts.put("processor", line.substring(line.indexOf(':') + 2)));
    }
    facts.put("java", System.getProperty("java.vm.version"));
    facts.put(
        "jvmArguments", System.getenv().getOrDefault("WEFT_JVM_ARGS", "") + " " + jvmArguments);
    return facts;
  }
}
