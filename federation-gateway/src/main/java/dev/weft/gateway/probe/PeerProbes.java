package dev.weft.gateway.probe;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.upstream.pool.HostPool;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Keeps one {@link PeerProbe} for each gateway that the configuration names. */
@LoopConfined
final class PeerProbes {

  private final EventLoop loop;
  private final HostPool.Factory pools;
  private final LongSupplier nanoTime;
  private final ProbeSink sink;
  private final Map<ProbeTarget, PeerProbe> probes = new HashMap<>();

  PeerProbes(EventLoop loop, HostPool.Factory pools, LongSupplier nanoTime, ProbeSink sink) {
    this.loop = loop;
    this.pools = pools;
    this.nanoTime = nanoTime;
    this.sink = sink;
  }

  /** Begins, ends and keeps probes; one that did not change keeps its connection. */
  void onSnapshot(Snapshot snapshot) {
    Set<ProbeTarget> wanted = ProbeTarget.in(snapshot);
    probes
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !wanted.contains(entry.getKey());
          if (gone) {
            entry.getValue().stop();
          }
          return gone;
        });
    sink.onPeers(wanted.stream().map(ProbeTarget::cluster).collect(Collectors.toUnmodifiableSet()));
    for (ProbeTarget target : wanted) {
      if (!probes.containsKey(target)) {
        PeerProbe probe = new PeerProbe(target, loop, pools, nanoTime, sink);
        probes.put(target, probe);
        probe.ask();
      }
    }
  }

  void close() {
    probes.values().forEach(PeerProbe::stop);
    probes.clear();
  }
}
