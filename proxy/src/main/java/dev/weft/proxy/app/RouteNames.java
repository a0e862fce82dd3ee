package dev.weft.proxy.app;

import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.HttpConnectionManager.Routes;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.Snapshot;
import java.util.HashSet;
import java.util.Set;

/** Names of all routes of a snapshot, wherever they stand. */
final class RouteNames {
  private RouteNames() {}

  static Set<String> of(Snapshot snapshot) {
    Set<String> names = new HashSet<>();
    snapshot.routes().values().forEach(table -> add(table, names));
    for (ListenerConfig listener : snapshot.listeners().values()) {
      listener.chains().forEach(chain -> add(chain, names));
      if (listener.defaultChain() != null) {
        add(listener.defaultChain(), names);
      }
    }
    return names;
  }

  private static void add(FilterChain chain, Set<String> names) {
    if (chain.terminal() instanceof HttpConnectionManager http
        && http.routes() instanceof Routes.Inline(RouteTable table)) {
      add(table, names);
    }
  }

  private static void add(RouteTable table, Set<String> names) {
    table.virtualHosts().forEach(host -> host.routes().forEach(route -> names.add(route.name())));
  }
}
