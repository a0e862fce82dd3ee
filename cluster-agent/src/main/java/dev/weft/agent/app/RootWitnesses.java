package dev.weft.agent.app;

import dev.weft.agent.ca.RootRotation;
import dev.weft.agent.model.Fingerprint;
import dev.weft.agent.model.Peer;
import dev.weft.agent.state.StateReader;
import dev.weft.agent.xds.XdsServer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Who trusts which roots: this cluster's nodes by what they acknowledged, peers by what they say of
 * theirs. Thread-safe.
 */
public final class RootWitnesses implements RootRotation.Witnesses {
  private final StateReader state;
  private final XdsServer xds;
  private final Supplier<Map<String, Set<String>>> peers;
  private volatile Map<String, Set<String>> heard = Map.of();

  /**
   * @param peers fingerprints of our roots that each peer said it trusts, by cluster
   */
  public RootWitnesses(StateReader state, XdsServer xds, Supplier<Map<String, Set<String>>> peers) {
    this.state = state;
    this.xds = xds;
    this.peers = peers;
  }

  /** Waits at most two seconds for the owner of the streams. */
  @Override
  public RootRotation.Missing missing(String fingerprint) {
    Map<String, Set<String>> said = peers.get();
    return new RootRotation.Missing(
        without(
            state.current().nodes().keySet(),
            xds.trusted().toCompletableFuture().orTimeout(2, TimeUnit.SECONDS).join(),
            fingerprint),
        without(state.current().peers().keySet(), said, fingerprint));
  }

  /**
   * Fingerprints of the roots of a peer that this agent and all nodes of this cluster trust, by
   * what was known a moment ago; does not block.
   */
  Set<String> trusted(String cluster) {
    xds.trusted().thenAccept(now -> heard = now);
    Peer peer = state.current().peers().get(cluster);
    if (peer == null) {
      return Set.of();
    }
    Set<String> known = state.current().nodes().keySet();
    Map<String, Set<String>> said = heard;
    Set<String> trusted = new HashSet<>();
    for (byte[] root : peer.bundle()) {
      String fingerprint = Fingerprint.of(root);
      if (without(known, said, fingerprint).isEmpty()) {
        trusted.add(fingerprint);
      }
    }
    return Set.copyOf(trusted);
  }

  private static List<String> without(
      Set<String> all, Map<String, Set<String>> said, String fingerprint) {
    return all.stream()
        .filter(one -> !said.getOrDefault(one, Set.of()).contains(fingerprint))
        .sorted()
        .toList();
  }
}
