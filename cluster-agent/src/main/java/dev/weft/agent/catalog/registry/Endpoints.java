package dev.weft.agent.catalog.registry;

import io.vertx.core.net.impl.URIDecoder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which path is which endpoint. Immutable once made. */
final class Endpoints {
  private static final String UNKNOWN = "Invalid URL path: not a recognized HTTP API endpoint\n";
  private static final String NO_API =
      "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n";

  private final Map<String, Endpoint> exact = new LinkedHashMap<>();
  private final Map<String, Endpoint> prefixes = new LinkedHashMap<>();

  Endpoints(CatalogReads catalog, AgentReads agent, Writes writes) {
    catalog.addTo(this);
    agent.addTo(this);
    writes.addTo(this);
  }

  /** Where a path leads. */
  sealed interface Found {
    /**
     * An endpoint.
     *
     * @param name what follows its path, decoded
     */
    record At(Endpoint endpoint, String name) implements Found {}

    /** Another path. */
    record Redirect(String location) implements Found {}
  }

  /** Adds an endpoint; one whose path ends with a slash is for all that follows. */
  void add(String path, Endpoint endpoint) {
    (path.endsWith("/") ? prefixes : exact).put(path, endpoint);
  }

  /** Throws {@link RegistryError} for what is nowhere. */
  Found find(String path) {
    Endpoint endpoint = exact.get(path);
    if (endpoint != null) {
      return new Found.At(endpoint, "");
    }
    if (prefixes.containsKey(path + "/")) {
      return new Found.Redirect(path + "/");
    }
    @Nullable Found found = null;
    int longest = 0;
    for (Map.Entry<String, Endpoint> prefix : prefixes.entrySet()) {
      String key = prefix.getKey();
      if (path.startsWith(key) && key.length() > longest) {
        longest = key.length();
        found = new Found.At(prefix.getValue(), decoded(path.substring(longest)));
      }
    }
    if (found != null) {
      return found;
    }
    throw new RegistryError(404, path.startsWith("/v1/") ? UNKNOWN : NO_API);
  }

  private static String decoded(String text) {
    try {
      return URIDecoder.decodeURIComponent(text, false);
    } catch (IllegalArgumentException e) {
      throw RegistryError.badRequest("Invalid URL path: " + e.getMessage());
    }
  }
}
