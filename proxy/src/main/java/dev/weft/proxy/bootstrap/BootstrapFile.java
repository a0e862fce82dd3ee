package dev.weft.proxy.bootstrap;

import dev.weft.proxy.bootstrap.Bootstrap.Agent;
import dev.weft.proxy.bootstrap.Bootstrap.EastWest;
import dev.weft.proxy.bootstrap.Bootstrap.Inbound;
import dev.weft.proxy.bootstrap.Bootstrap.Node;
import dev.weft.proxy.bootstrap.Bootstrap.Role;
import dev.weft.proxy.config.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads the bootstrap file. Every problem is reported at once. */
public final class BootstrapFile {
  private static final int MAX_BYTES = 1024 * 1024;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern ROLE = Pattern.compile("sidecar|gateway");
  private static final String LABEL_NAME = "a lower-case DNS label";

  private BootstrapFile() {}

  /**
   * Reads a file.
   *
   * @throws BootstrapException naming every problem
   */
  public static Bootstrap read(Path file) throws BootstrapException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new BootstrapException(file.toString(), List.of("the file is larger than 1 MiB"));
      }
      return parse(Files.readString(file), file.toAbsolutePath());
    } catch (IOException e) {
      throw new BootstrapException(file.toString(), List.of("cannot be read: " + e));
    }
  }

  /**
   * Reads text.
   *
   * @param file where it is from: relative paths are relative to its directory
   */
  static Bootstrap parse(String text, Path file) throws BootstrapException {
    List<String> problems = new ArrayList<>();
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    Object yaml;
    try {
      yaml = new Yaml(new SafeConstructor(options)).load(text);
    } catch (YAMLException e) {
      throw new BootstrapException(file.toString(), List.of("is not YAML: " + e.getMessage()));
    }
    Bootstrap bootstrap = read(new YamlSection("", yaml, problems), file.resolveSibling("."));
    if (!problems.isEmpty()) {
      throw new BootstrapException(file.toString(), problems);
    }
    return bootstrap;
  }

  private static Bootstrap read(YamlSection root, Path base) {
    Node node = node(root.section("node"));
    boolean sidecar = node.role() == Role.SIDECAR;
    Bootstrap bootstrap =
        new Bootstrap(
            node,
            agent(root.section("agent"), base),
            sidecar ? Optional.of(inbound(root.section("inbound"))) : Optional.empty(),
            sidecar ? Optional.of(only(root.section("outbound"), 0)) : Optional.empty(),
            sidecar ? Optional.empty() : Optional.of(eastWest(root.section("eastWest"))),
            only(root.section("admin"), 0),
            resolve(base, root.text("dataDir").orElse("data")),
            root.number("workers", Runtime.getRuntime().availableProcessors(), 1, 256),
            root.text("accessLog")
                .map(log -> log.equals("-") ? log : resolve(base, log).toString()),
            metrics(root));
    for (String foreign : sidecar ? List.of("eastWest") : List.of("inbound", "outbound")) {
      if (root.has(foreign)) {
        root.problem(foreign, "is not for a " + node.role().label());
      }
    }
    root.finish();
    return bootstrap;
  }

  private static Node node(YamlSection section) {
    Node node =
        new Node(
            section.matching("id", null, ID, "1 to 128 characters [A-Za-z0-9._-]"),
            section.matching("cluster", null, LABEL, LABEL_NAME),
            section.matching("mesh", null, LABEL, LABEL_NAME),
            section.matching("namespace", "default", LABEL, LABEL_NAME),
            section.matching("serviceAccount", null, LABEL, LABEL_NAME),
            section.matching("role", null, ROLE, "sidecar or gateway").equals("gateway")
                ? Role.GATEWAY
                : Role.SIDECAR);
    section.finish();
    return node;
  }

  private static Agent agent(YamlSection section, Path base) {
    List<HostPort> addresses = section.addresses("addresses");
    if (addresses.isEmpty()) {
      section.problem("addresses", "at least one is required");
    }
    Optional<String> bundle = section.text("bundle");
    if (bundle.isEmpty()) {
      section.problem("bundle", "is required");
    }
    Agent agent =
        new Agent(
            addresses,
            resolve(base, bundle.orElse("")),
            section.text("token").map(token -> resolve(base, token)));
    section.finish();
    return agent;
  }

  private static Inbound inbound(YamlSection section) {
    HostPort address = section.address("address", 0);
    List<HostPort> workloads = new ArrayList<>();
    for (YamlSection workload : section.sections("workloads")) {
      workloads.add(workload.address("address", 1));
      workload.finish();
    }
    section.finish();
    return new Inbound(address, workloads);
  }

  private static EastWest eastWest(YamlSection section) {
    HostPort address = section.address("address", 0);
    HostPort advertise = section.has("advertise") ? section.address("advertise", 0) : address;
    section.finish();
    return new EastWest(address, advertise);
  }

  private static Bootstrap.Metrics metrics(YamlSection root) {
    int maxSeries = Bootstrap.Metrics.DEFAULT.maxSeries();
    if (root.has("metrics")) {
      YamlSection section = root.section("metrics");
      maxSeries = section.number("maxSeries", maxSeries, 1, 100_000);
      section.finish();
    }
    Optional<HostPort> otlp = Optional.empty();
    if (root.has("tracing")) {
      YamlSection section = root.section("tracing");
      otlp = Optional.of(section.address("otlp", 1));
      section.finish();
    }
    return new Bootstrap.Metrics(maxSeries, otlp);
  }

  private static HostPort only(YamlSection section, int leastPort) {
    HostPort address = section.address("address", leastPort);
    section.finish();
    return address;
  }

  private static Path resolve(Path base, String path) {
    return base.resolve(path).normalize();
  }
}
