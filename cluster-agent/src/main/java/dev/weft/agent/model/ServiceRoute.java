package dev.weft.agent.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules for requests to a service. Of three kinds: the owner's, for all callers; a consumer's, for
 * callers of its own namespace alone, which come before the owner's; and parts without a service,
 * which rules of others delegate to.
 *
 * @param key its own name
 * @param service whose requests; {@code null}: those that others delegate to it
 * @param rules the first that matches decides
 */
public record ServiceRoute(ServiceKey key, @Nullable ServiceKey service, List<Rule> rules) {

  public ServiceRoute {
    rules = List.copyOf(rules);
  }

  /** Whether it is for callers of its own namespace alone. */
  public boolean ofConsumers() {
    return service != null && !service.namespace().equals(key.namespace());
  }

  /**
   * What becomes of some requests.
   *
   * @param matches one has to accept the request
   */
  public record Rule(List<Match> matches, Then then) {
    public Rule {
      matches = List.copyOf(matches);
    }
  }

  /**
   * Which requests: all of it has to accept.
   *
   * @param path without its query; {@code null}: any
   * @param whole whether it is the whole path, or else whole segments from its beginning
   * @param method empty: any
   * @param headers values by name in lower case
   */
  public record Match(
      @Nullable String path, boolean whole, String method, Map<String, String> headers) {
    /** All requests. */
    public static final Match ALL = new Match(null, false, "", Map.of());

    public Match {
      headers = Map.copyOf(headers);
    }
  }

  /** What is done with a request. */
  public sealed interface Then {
    /**
     * Sends it to one of some services, by weight.
     *
     * @param timeoutMillis 0: no end; -1: as the service says
     */
    record To(List<Share> shares, long timeoutMillis) implements Then {
      public To {
        shares = List.copyOf(shares);
      }
    }

    /**
     * Leaves it to the rules of another route; a request that none of them accepts goes on here.
     */
    record Delegate(ServiceKey route) implements Then {}
  }

  /**
   * @param weight its part of the sum
   */
  public record Share(ServiceKey service, int weight) {}
}
