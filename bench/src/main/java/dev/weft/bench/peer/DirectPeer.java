package dev.weft.bench.peer;

import java.util.List;

/** No proxy at all: what load and backend can do by themselves. */
public final class DirectPeer implements Peer {
  @Override
  public String name() {
    return "direct";
  }

  @Override
  public boolean serves(Topology topology) {
    return topology != Topology.INBOUND && topology != Topology.POLICY;
  }

  @Override
  public Fleet start(Topology topology, Ground ground) {
    return new Fleet(ground.backend(topology), List.of(), List.of());
  }
}
