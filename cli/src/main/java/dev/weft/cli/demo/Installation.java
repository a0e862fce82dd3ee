package dev.weft.cli.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the built programs are and how each is started.
 *
 * @param home the repository's root, {@code WEFT_HOME}
 * @param java the JDK's {@code java}, {@code WEFT_JAVA}
 * @param cache what is done about the programs' AOT caches
 */
record Installation(Path home, String java, Cache cache) {
  /** What a started program does with its AOT cache. */
  enum Cache {
    /** Starts from it, where there is one. */
    USED,
    /** Records what it does, and writes it when it is told to end. */
    MADE,
    /** Does without. */
    NONE
  }

  private static final String VERSION = "0.1.0-SNAPSHOT";

  /** By the environment that {@code ./weft} sets. */
  static Installation fromEnvironment() {
    String home = System.getenv("WEFT_HOME");
    String java = System.getenv("WEFT_JAVA");
    if (home == null || java == null) {
      throw new DemoException("WEFT_HOME and WEFT_JAVA are not set: start the demo by ./weft demo");
    }
    return new Installation(Path.of(home), java, Cache.USED);
  }

  /** The same with other caches. */
  Installation with(Cache other) {
    return new Installation(home, java, other);
  }

  /** The AOT caches of everything that a cluster is made of. */
  List<Path> caches() {
    return List.of(
        cache("cluster-agent", "weft-agent"),
        cache("proxy", "weft-proxy"),
        cache("federation-gateway", "weft-gateway"),
        cache("cli", "weft-sample"));
  }

  List<String> agent(Path configuration) {
    return program(
        "cluster-agent", "weft-agent", 256, List.of("-Dquarkus.config.locations=" + configuration));
  }

  List<String> sidecar(Path bootstrap) {
    return program("proxy", "weft-proxy", 96, List.of("-Dweft.bootstrap=" + bootstrap));
  }

  List<String> gateway(Path bootstrap) {
    return program(
        "federation-gateway", "weft-gateway", 96, List.of("-Dweft.bootstrap=" + bootstrap));
  }

  List<String> sample(List<String> arguments) {
    List<String> command = jvm(64, cache("cli", "weft-sample"));
    command.add("-Dsun.net.httpserver.nodelay=true");
    command.add("-cp");
    command.add(home.resolve("cli/target/weft-cli-" + VERSION + ".jar").toString());
    command.add("dev.weft.cli.demo.sample.SampleApp");
    command.addAll(arguments);
    return command;
  }

  /** Empty when Consul is neither in the parts' directory nor on the PATH. */
  Optional<Path> consul() {
    String parts = System.getenv("WEFT_PARTS");
    String cache = System.getenv("XDG_CACHE_HOME");
    Path root =
        parts != null
            ? Path.of(parts)
            : (cache != null ? Path.of(cache) : Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("weft/parts");
    List<Path> candidates = new ArrayList<>(List.of(root.resolve("consul-1.22.7/consul")));
    for (String entry : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (!entry.isEmpty()) {
        candidates.add(Path.of(entry, "consul"));
      }
    }
    return candidates.stream().filter(Files::isExecutable).findFirst();
  }

  private List<String> program(
      String module, String artifact, int heapMegabytes, List<String> properties) {
    Path target = home.resolve(module).resolve("target");
    Path jar = target.resolve(artifact + "-" + VERSION + "-runner.jar");
    if (!Files.exists(jar)) {
      throw new DemoException(jar + " is not there: run ./weft build");
    }
    List<String> command = jvm(heapMegabytes, cache(module, artifact));
    command.addAll(properties);
    command.add("-jar");
    command.add(jar.toString());
    return command;
  }

  private Path cache(String module, String artifact) {
    return home.resolve(module).resolve("target").resolve(artifact + ".aot");
  }

  private List<String> jvm(int heapMegabytes, Path file) {
    // A cache is of use only to a JVM with the collector and the access that it was made with.
    List<String> command =
        new ArrayList<>(
            List.of(
                java,
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xss512k"));
    switch (cache) {
      // With both compilers, for the profiles: who starts with the cache may use either.
      case MADE -> command.addAll(List.of("-XX:AOTCacheOutput=" + file, "-Xmx512m"));
      case USED -> {
        if (Files.exists(file)) {
          command.add("-XX:AOTCache=" + file);
          // A cache that does not fit is a slower start, not a reason to print on every start.
          command.add("-Xlog:aot=off");
        }
        command.addAll(small(heapMegabytes));
      }
      case NONE -> command.addAll(small(heapMegabytes));
    }
    return command;
  }

  /** For sixteen of them on two cores. */
  private static List<String> small(int heapMegabytes) {
    return List.of(
        "-XX:TieredStopAtLevel=1",
        "-Xmx" + heapMegabytes + "m",
        // Room for a start without collections of garbage.
        "-Xms" + heapMegabytes / 2 + "m",
        "-XX:NewSize=" + heapMegabytes / 3 + "m",
        "-XX:MetaspaceSize=64m",
        "-XX:-UsePerfData",
        // The cache stays as it is in the file, so that processes share its pages and none has to
        // move every pointer in it.
        "-XX:+UnlockDiagnosticVMOptions",
        "-XX:ArchiveRelocationMode=0");
  }
}
