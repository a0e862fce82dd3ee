package dev.weft.gateway.probe;

import java.util.Set;

/** Is told each result, on the event loop that probed; must not block. */
@FunctionalInterface
public interface ProbeSink {
  void onResult(ProbeResult result);

  /** The peers that are probed from now on; there are no results of others after it. */
  default void onPeers(Set<String> clusters) {}
}
