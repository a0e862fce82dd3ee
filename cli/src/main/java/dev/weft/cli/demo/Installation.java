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
 */
record Installation(Path home, String java) {
  private static final String VERSION = "0.1.0-SNAPSHOT";

  /** By the environment that {@code ./weft} sets. */
  static Installation fromEnvironment() {
    String home = System.getenv("WEFT_HOME");
    String java = System.getenv("WEFT_JAVA");
    if (home == null || java == null) {
      throw new DemoException("WEFT_HOME and WEFT_JAVA are not set: start the demo by ./weft demo");
    }
    return new Installation(Path.of(home), java);
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
    List<String> command = jvm(64);
    command.add("-Dsun.net.httpserver.nodelay=true");
    Path cache = home.resolve("cli/target/weft-cli.aot");
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
      command.add("-Xlog:aot=off");
    }
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
    List<String> command = jvm(heapMegabytes);
    Path cache = target.resolve(artifact + ".aot");
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
      // A cache that does not fit is a slower start, not a reason to print on every start.
      command.add("-Xlog:aot=off");
    }
    command.addAll(properties);
    command.add("-jar");
    command.add(jar.toString());
    return command;
  }

  private List<String> jvm(int heapMegabytes) {
    // The first three are what the AOT caches were made with (see ./weft): others would make them
    // useless.
    return new ArrayList<>(
        List.of(
            java,
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-Xss512k",
            "-Xms16m",
            "-Xmx" + heapMegabytes + "m"));
  }
}
