package dev.weft.agent.catalog.registry;

import dev.weft.agent.catalog.GoDuration;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A call's parameters, as Consul understands them.
 *
 * @param name what follows the endpoint's path, decoded
 * @param index what a blocking query has seen, unsigned; 0: it does not block
 * @param hash the content that a hash-blocking query has seen; empty: it does not block
 * @param waitMillis how long a blocking query waits, 1 ms to 10 min
 * @param consistency {@code leader}, {@code stale} or the strictest; all three mean the same here
 * @param passing whether only instances whose checks all pass are asked for
 * @param tags all of which an instance has to carry
 * @param elsewhere whether it asks for nodes or peers that there are none of
 */
record Query(
    String name,
    MultiMap params,
    long index,
    String hash,
    long waitMillis,
    String consistency,
    boolean passing,
    List<String> tags,
    boolean elsewhere) {
  private static final Set<String> NODE_META =
      Set.of("consul-version:" + NodeView.VERSION, "consul-network-segment:");
  private static final Duration DEFAULT_WAIT = Duration.ofMinutes(5);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  Query {
    tags = List.copyOf(tags);
  }

  /**
   * Reads the parameters.
   *
   * @throws RegistryError where Consul refuses them, or would do what cannot be done here
   */
  static Query of(String name, MultiMap params) {
    for (String feature : List.of("ns", "partition")) {
      if (!text(params, feature).isEmpty()) {
        throw RegistryError.badRequest(
            "Invalid query parameter: \""
                + feature
                + "\" - "
                + (feature.equals("ns") ? "Namespaces" : "Partitions")
                + " are a Consul Enterprise feature");
      }
    }
    if (!text(params, "filter").isEmpty()) {
      throw RegistryError.badRequest(
          "Invalid query parameter: \"filter\" is not supported by the embedded registry");
    }
    return new Query(
        name,
        params,
        index(text(params, "index")),
        text(params, "hash"),
        waitMillis(text(params, "wait")),
        consistency(params),
        passing(params),
        params.getAll("tag"),
        params.getAll("node-meta").stream().anyMatch(pair -> !NODE_META.contains(pair))
            || !text(params, "peer").isEmpty());
  }

  String text(String parameter) {
    return text(params, parameter);
  }

  boolean pretty() {
    return params.contains("pretty") && !text("pretty").equals("false");
  }

  /** Whether checks that a registration does not name go. */
  boolean replaceChecks() {
    return params.contains("replace-existing-checks")
        && List.of("", "true", "1").contains(text("replace-existing-checks"));
  }

  private static String text(MultiMap params, String name) {
    String value = params.get(name);
    return value == null ? "" : value;
  }

  private static String consistency(MultiMap params) {
    boolean stale = params.contains("stale");
    boolean consistent = params.contains("consistent");
    if (consistent && (stale || params.contains("cached"))) {
      throw RegistryError.badRequest(
          "Cannot specify ?"
              + (stale ? "stale" : "cached")
              + " with ?consistent, conflicting semantics.");
    }
    return stale ? "stale" : consistent ? "consistent" : "leader";
  }

  private static boolean passing(MultiMap params) {
    if (!params.contains("passing")) {
      return false;
    }
    return switch (text(params, "passing")) {
      case "", "true", "1", "t", "T", "True", "TRUE" -> true;
      case "false", "0", "f", "F", "False", "FALSE" -> false;
      default -> throw RegistryError.badRequest("Invalid value for ?passing");
    };
  }

  private static long index(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    try {
      if (text.startsWith("+")) {
        throw new NumberFormatException("sign");
      }
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw RegistryError.badRequest("Invalid index");
    }
  }

  private static long waitMillis(String text) {
    if (text.isEmpty()) {
      return DEFAULT_WAIT.toMillis();
    }
    try {
      Duration wait = GoDuration.parse(text);
      return wait.isPositive()
          ? Math.clamp(wait.toMillis(), 1, LONGEST_WAIT.toMillis())
          : DEFAULT_WAIT.toMillis();
    } catch (IllegalArgumentException e) {
      throw RegistryError.badRequest("Invalid wait time");
    }
  }
}
