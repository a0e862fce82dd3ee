package dev.weft.proxy.app;

import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.Tracing;
import java.util.HashSet;
import java.util.Set;

/** The receivers of spans that a snapshot names. */
final class SpanReceivers {
  private SpanReceivers() {}

  static Set<Tracing.Receiver> of(Snapshot snapshot) {
    Set<Tracing.Receiver> receivers = new HashSet<>();
    for (ListenerConfig listener : snapshot.listeners().values()) {
      listener.chains().forEach(chain -> add(chain, receivers));
      if (listener.defaultChain() != null) {
        add(listener.defaultChain(), receivers);
      }
    }
    return receivers;
  }

  private static void add(FilterChain chain, Set<Tracing.Receiver> to) {
    if (chain.terminal() instanceof HttpConnectionManager http) {
      Tracing tracing = http.observability().tracing();
      if (tracing != null && tracing.receiver() != null) {
        to.add(tracing.receiver());
      }
    }
  }
}
