package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HttpConnectionManager.Routes;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.http.route.RouteIndex;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The compiled route tables of one worker. */
@LoopConfined
final class RouteTables {
  private Map<String, RouteIndex> named = new HashMap<>();

  /** Inline tables by identity: comparing them by content would cost more than a request. */
  private final IdentityHashMap<RouteTable, RouteIndex> inline = new IdentityHashMap<>();

  /** Compiles what changed. */
  void onSnapshot(Snapshot snapshot) {
    Map<String, RouteIndex> next = new HashMap<>();
    for (RouteTable table : snapshot.routes().values()) {
      RouteIndex known = named.get(table.name());
      next.put(
          table.name(),
          known != null && known.table().equals(table) ? known : RouteIndex.compile(table));
    }
    named = next;
    // Listeners that drain keep their tables; they are compiled again when asked for.
    inline.clear();
  }

  /** The table; {@code null}: it is not there yet. */
  @Nullable RouteIndex get(Routes routes) {
    return switch (routes) {
      case Routes.Named(String name) -> named.get(name);
      case Routes.Inline(RouteTable table) -> {
        RouteIndex index = inline.get(table);
        if (index == null) {
          index = RouteIndex.compile(table);
          inline.put(table, index);
        }
        yield index;
      }
    };
  }
}
