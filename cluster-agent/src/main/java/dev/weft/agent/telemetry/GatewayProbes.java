package dev.weft.agent.telemetry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What this cluster's gateways last said of the peers' gateways. In memory only: after a restart
 * the gateways tell it again within a second. Thread-safe.
 */
public final class GatewayProbes {

  /** More peers' gateways than these are not remembered. */
  static final int MAX = 1024;

  /**
   * Gateways go and come under new addresses; when there is no room, what is this old makes some.
   */
  private static final long OLD_MILLIS = 60_000;

  private final LongSupplier monotonicMillis;
  private final Map<Link, Said> latest = new ConcurrentHashMap<>();

  public GatewayProbes(LongSupplier monotonicMillis) {
    this.monotonicMillis = monotonicMillis;
  }

  /**
   * The last probe of one gateway.
   *
   * @param address {@code host:port}
   * @param roundTripMicros 0 when not reachable
   * @param failure why not; empty when reachable
   * @param ageMillis since it was told
   */
  public record Probe(
      String address, boolean reachable, long roundTripMicros, String failure, long ageMillis) {}

  /** The gateways of a peer, by address. Empty: nothing was told of it. */
  public List<Probe> of(String peer) {
    long now = monotonicMillis.getAsLong();
    List<Probe> probes = new ArrayList<>();
    latest.forEach((link, said) -> {
      if (link.peer().equals(peer)) {
        probes.add(
            new Probe(
                link.address(),
                said.failure().isEmpty(),
                said.roundTripMicros(),
                said.failure(),
                Math.max(0, now - said.atMillis())));
      }
    });
    probes.sort(Comparator.comparing(Probe::address));
    return List.copyOf(probes);
  }

  /** A gateway answered. */
  void reachable(String peer, String address, long roundTripMicros) {
    put(new Link(peer, address), new Said(roundTripMicros, "", monotonicMillis.getAsLong()));
  }

  /** A gateway did not answer. */
  void unreachable(String peer, String address, String failure) {
    put(new Link(peer, address), new Said(0, failure, monotonicMillis.getAsLong()));
  }

  private void put(Link link, Said said) {
    if (latest.size() >= MAX) {
      latest.values().removeIf(old -> said.atMillis() - old.atMillis() > OLD_MILLIS);
    }
    if (latest.size() < MAX || latest.containsKey(link)) {
      latest.put(link, said);
    }
  }

  private record Link(String peer, String address) {}

  private record Said(long roundTripMicros, String failure, long atMillis) {}
}
