package dev.weft.proxy.xds;

import java.util.Set;
import java.util.TreeSet;

/** The named resources to subscribe to, given what is accepted. Pure. */
final class Wanted {
  private Wanted() {}

  static Set<String> names(ResourceType type, ResourceStore store) {
    Set<String> names = new TreeSet<>();
    switch (type) {
      case CLUSTER, LISTENER -> {}
      case ENDPOINTS ->
          upstreams(store)
              .forEach(upstream -> {
                if (!upstream.upstream().endpointsName().isEmpty()) {
                  names.add(upstream.upstream().endpointsName());
                }
              });
      case ROUTES ->
          listeners(store)
              .forEach(listener -> names.addAll(References.routeTables(listener.listener())));
      case SECRET -> {
        listeners(store)
            .forEach(listener -> names.addAll(References.validation(listener.listener())));
        upstreams(store)
            .forEach(upstream -> names.addAll(References.validation(upstream.upstream())));
      }
    }
    return names;
  }

  private static Iterable<Resource.OfUpstream> upstreams(ResourceStore store) {
    return of(store, ResourceType.CLUSTER, Resource.OfUpstream.class);
  }

  private static Iterable<Resource.OfListener> listeners(ResourceStore store) {
    return of(store, ResourceType.LISTENER, Resource.OfListener.class);
  }

  private static <R extends Resource> Iterable<R> of(
      ResourceStore store, ResourceType type, Class<R> kind) {
    return store.accepted(type).values().stream()
        .map(entry -> kind.cast(entry.resource()))
        .toList();
  }
}
