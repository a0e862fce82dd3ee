package dev.weft.cli.policy;

import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.cases.Mesh;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft policy test}. */
@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    description = {
      "Holds policies against cases: files of Istio's YAML, and files of requests",
      "with what is expected of them (docs/policy.md). Asks nobody, and decides as a",
      "sidecar does.",
      "Exit code 0: all as expected; 1: some are not; 2: something cannot be used."
    })
public final class PolicyTestCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      arity = "1..*",
      description = "Directories with .yaml, .yml and .json files, or such files.")
  private List<Path> places = List.of();

  @Option(names = "--json", description = "One JSON object instead of text.")
  private boolean json;

  @Option(
      names = "--trust-domain",
      paramLabel = "NAME",
      description = "<cluster>.<mesh>, which cluster.local stands for (default: ${DEFAULT-VALUE}).")
  private String trustDomain = Mesh.USUAL.own().name();

  @Option(
      names = "--root-namespace",
      paramLabel = "NAME",
      description = "Whose policies are for all namespaces (default: ${DEFAULT-VALUE}).")
  private String rootNamespace = Mesh.USUAL.rootNamespace();

  @Option(
      names = "--default-mode",
      paramLabel = "MODE",
      description =
          "Where no PeerAuthentication says one: STRICT, PERMISSIVE or DISABLE (default:"
              + " ${DEFAULT-VALUE}).")
  private String mode = Mesh.USUAL.mode().name();

  @Override
  public Integer call() {
    Mesh mesh;
    String option = "--trust-domain: ";
    try {
      TrustDomain own = new TrustDomain(trustDomain);
      option = "--default-mode: ";
      mesh = new Mesh(own, rootNamespace, Mode.ofMesh(mode));
    } catch (IllegalArgumentException e) {
      System.err.println("weft policy test: " + option + e.getMessage());
      return TestRun.UNUSABLE;
    }
    // Many lines at once: each write of System.out is one of the terminal's.
    PrintStream out =
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
            false,
            StandardCharsets.UTF_8);
    int code = new TestRun(mesh, InstantSource.system(), json, out, System.err).run(places);
    out.flush();
    return code;
  }
}
