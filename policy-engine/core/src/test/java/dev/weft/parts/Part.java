package dev.weft.parts;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A real part that tests run against. Its get script puts it where it is looked for. */
public enum Part {
  CONSUL("WEFT_CONSUL", "consul-1.22.7/consul", ".ci/consul/get"),
  ENVOY("WEFT_ENVOY", "envoy-1.40.0/envoy", ".ci/envoy/get"),
  KUBERNETES("WEFT_KUBERNETES", "kubernetes-1.36.3/kube-apiserver", ".ci/kubernetes/get"),
  KEYCLOAK("WEFT_KEYCLOAK", "keycloak-26.7.3/keycloak/bin/kc.sh", ".ci/keycloak/get"),
  /** What Kubernetes keeps its state in; of the distribution. */
  ETCD("WEFT_ETCD", "/usr/bin/etcd", "apt-get install etcd-server");

  private final String variable;
  private final String inCache;
  private final String script;

  Part(String variable, String inCache, String script) {
    this.variable = variable;
    this.inCache = inCache;
    this.script = script;
  }

  /** The executable. Without it the test is {@linkplain #missing over}. */
  public Path required() {
    Path found = in(System.getenv());
    return Files.isExecutable(found)
        ? found
        : missing("no " + this + " at " + found + ": " + script + " gets it");
  }

  /**
   * Ends a test that lacks something of its machine: it fails where all has to be there ({@code
   * WEFT_REQUIRE_PARTS=1}), and is skipped elsewhere.
   */
  public static <T> T missing(String what) {
    return "1".equals(System.getenv("WEFT_REQUIRE_PARTS"))
        ? Assertions.fail(what)
        : Assumptions.abort(what);
  }

  private Path in(Map<String, String> environment) {
    String named = environment.get(variable);
    if (named != null) {
      return Path.of(named);
    }
    String parts = environment.get("WEFT_PARTS");
    if (parts != null) {
      return Path.of(parts, inCache);
    }
    String cache = environment.get("XDG_CACHE_HOME");
    Path root = cache != null ? Path.of(cache) : Path.of(System.getProperty("user.home"), ".cache");
    return root.resolve("weft/parts").resolve(inCache);
  }
}
