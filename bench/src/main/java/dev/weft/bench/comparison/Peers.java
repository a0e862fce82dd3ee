package dev.weft.bench.comparison;

import dev.weft.bench.machine.Tools;
import dev.weft.bench.peer.DirectPeer;
import dev.weft.bench.peer.EnvoyPeer;
import dev.weft.bench.peer.HaproxyPeer;
import dev.weft.bench.peer.NginxPeer;
import dev.weft.bench.peer.Peer;
import dev.weft.bench.peer.WeftPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which proxies there are on the machine. */
final class Peers {
  private static final String ENVOY = "envoy-1.40.0/envoy";

  private Peers() {}

  /**
   * Those that are wanted and found.
   *
   * @param wanted names; empty: all
   * @param before another tree with a built Weft, to be measured as a peer
   * @param missing told what was not found and how to get it
   */
  static List<Peer> find(
      List<String> wanted, String jvmArguments, @Nullable Path before, Consumer<String> missing)
      throws IOException {
    List<Peer> found = new ArrayList<>();
    String java = required("WEFT_JAVA");
    String jvm = System.getenv().getOrDefault("WEFT_JVM_ARGS", "");
    found.add(WeftPeer.of("weft", Path.of(required("WEFT_HOME")), java, jvm, jvmArguments));
    if (before != null) {
      found.add(WeftPeer.of("before", before, java, jvm, jvmArguments));
    }
    envoy()
        .ifPresentOrElse(
            path -> found.add(new EnvoyPeer(path)),
            () -> missing.accept("no Envoy: set WEFT_ENVOY or run .ci/envoy/get"));
    Tools.find("haproxy")
        .ifPresentOrElse(
            path -> found.add(new HaproxyPeer(path)),
            () -> missing.accept("no HAProxy: apt-get install haproxy"));
    Tools.find("nginx").ifPresent(path -> found.add(new NginxPeer(path)));
    found.add(new DirectPeer());
    for (String name : wanted) {
      if (found.stream().noneMatch(peer -> peer.name().equals(name))) {
        throw new IOException("no peer " + name + " on this machine");
      }
    }
    return found.stream().filter(peer -> wanted.isEmpty() || wanted.contains(peer.name())).toList();
  }

  private static String required(String variable) throws IOException {
    String value = System.getenv(variable);
    if (value == null) {
      throw new IOException(variable + " is not set: start by ./weft bench");
    }
    return value;
  }

  private static Optional<Path> envoy() {
    String named = System.getenv("WEFT_ENVOY");
    String parts = System.getenv("WEFT_PARTS");
    String cache = System.getenv("XDG_CACHE_HOME");
    Path path =
        named != null
            ? Path.of(named)
            : (parts != null
                    ? Path.of(parts)
                    : (cache != null
                            ? Path.of(cache)
                            : Path.of(System.getProperty("user.home"), ".cache"))
                        .resolve("weft/parts"))
                .resolve(ENVOY);
    return Files.isExecutable(path) ? Optional.of(path) : Optional.empty();
  }
}
