package dev.weft.bench.soak;

import dev.weft.bench.machine.Child;
import dev.weft.bench.machine.ProcFiles;
import dev.weft.bench.machine.Tools;
import dev.weft.bench.peer.Ground;
import dev.weft.bench.peer.Resources;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A sidecar or a gateway as a process, with its agent. */
final class Node implements AutoCloseable {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

  /** What a collection leaves where objects were until the next one moves the others together. */
  private static final Pattern FILLER =
      Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +\\[Ljdk\\.internal\\.vm\\.FillerElement;");

  private static final Pattern OTHER =
      Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB");
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String name;
  private final Ground ground;
  private final SoakAgent agent;
  private final Child child;
  private final Path log;
  private final Path jcmd;
  private final int admin;

  private Node(
      String name, Ground ground, SoakAgent agent, Child child, Path log, Path jcmd, int admin) {
    this.name = name;
    this.ground = ground;
    this.agent = agent;
    this.child = child;
    this.log = log;
    this.jcmd = jcmd;
    this.admin = admin;
  }

  /**
   * Which program, and with what.
   *
   * @param module where it is built
   * @param artifact its name
   * @param arguments of the JVM
   */
  record Program(Path home, String java, String module, String artifact, List<String> arguments) {
    List<String> command(Path bootstrap) {
      Path target = home.resolve(module).resolve("target");
      List<String> command = new ArrayList<>(List.of(java));
      command.addAll(arguments);
      command.add("-XX:NativeMemoryTracking=summary");
      command.add("-Dweft.bootstrap=" + bootstrap);
      command.add("-jar");
      command.add(target.resolve(artifact + "-0.1.0-SNAPSHOT-runner.jar").toString());
      return command;
    }
  }

  /**
   * Starts it; it may not serve yet when this returns.
   *
   * @param settings of the bootstrap file, beside what every node has
   */
  static Node start(
      Ground ground,
      Program program,
      String name,
      String bootstrapNode,
      String settings,
      List<Resources.Named> resources)
      throws IOException {
    Path directory = ground.directory(name);
    SoakAgent agent = new SoakAgent(ground.authority());
    resources.forEach(agent::put);
    int admin = ground.freePort();
    Files.writeString(directory.resolve("roots.pem"), ground.authority().root());
    Files.writeString(directory.resolve("token"), "join");
    Path bootstrap = directory.resolve("bootstrap.yaml");
    Files.writeString(
        bootstrap,
        "node: {id: "
            + name
            + ", cluster: east, mesh: demo, "
            + bootstrapNode
            + "}\nagent: {addresses: [\"127.0.0.1:"
            + agent.port()
            + "\"], bundle: roots.pem, token: token}\nadmin: {address: \"127.0.0.1:"
            + admin
            + "\"}\ndataDir: data\nworkers: 2\naccessLog: /dev/null\n"
            + settings);
    Child child =
        Child.start(name, directory, ground.cores().proxy(), program.command(bootstrap), Map.of());
    return new Node(
        name,
        ground,
        agent,
        child,
        directory.resolve(name + ".log"),
        Path.of(program.java()).resolveSibling("jcmd"),
        admin);
  }

  String name() {
    return name;
  }

  SoakAgent agent() {
    return agent;
  }

  /** Whether it serves. */
  boolean ready() throws IOException {
    child.requireAlive();
    try {
      return get("/ready").statusCode() == 200;
    } catch (ConnectException e) {
      return false;
    }
  }

  private HttpResponse<String> get(String path) throws IOException {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + path))
              .timeout(Duration.ofSeconds(60))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** The lines of a metric. */
  Stream<String> series(String metric) throws IOException {
    return get("/metrics").body().lines().filter(line -> line.startsWith(metric + "{"));
  }

  /** Connections that applications, peers and hosts have with it, and it with hosts. */
  double connections() throws IOException {
    return Stream.concat(
            series("weft_downstream_connections_active"),
            series("weft_upstream_connections_active"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** What it holds, after its garbage was collected. */
  Sample sample() throws IOException {
    child.requireAlive();
    String histogram = jcmd("GC.class_histogram");
    return new Sample(
        (number(histogram, TOTAL)
                - (FILLER.matcher(histogram).find() ? number(histogram, FILLER) : 0))
            / 1024,
        number(jcmd("VM.native_memory"), OTHER),
        ProcFiles.residentKib(child.pid()),
        descriptors());
  }

  private String jcmd(String command) throws IOException {
    return Tools.run(
        ground.cores().load(), List.of(jcmd.toString(), Long.toString(child.pid()), command));
  }

  private long number(String output, Pattern found) throws IOException {
    Matcher matcher = found.matcher(output);
    if (!matcher.find()) {
      throw new IOException("jcmd of " + name + " printed something else");
    }
    return Long.parseLong(matcher.group(1));
  }

  /** Open file descriptors. */
  long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(child.pid()), "fd"))) {
      return open.count();
    }
  }

  /** Lines of its log that tell of a leak or of a bug. */
  List<String> complaints() throws IOException {
    return Complaints.in(log);
  }

  @Override
  public void close() {
    child.close();
    agent.close();
  }
}
