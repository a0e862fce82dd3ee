package dev.weft.proxy.xds;

import dev.weft.policy.jwt.JwksSource;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.config.UpstreamTls;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which resources a resource names. Pure. */
final class References {
  private References() {}

  static Set<String> routeTables(ListenerConfig listener) {
    Set<String> names = new TreeSet<>();
    for (FilterChain chain : chains(listener)) {
      if (chain.terminal() instanceof HttpConnectionManager http
          && http.routes() instanceof HttpConnectionManager.Routes.Named(String name)) {
        names.add(name);
      }
    }
    return names;
  }

  static Set<String> upstreams(ListenerConfig listener) {
    Set<String> names = new TreeSet<>();
    for (FilterChain chain : chains(listener)) {
      switch (chain.terminal()) {
        case TcpProxy tcp -> tcp.upstreams().forEach(one -> names.add(one.upstream()));
        case HttpConnectionManager http -> {
          if (http.routes() instanceof HttpConnectionManager.Routes.Inline(RouteTable table)) {
            names.addAll(upstreams(table));
          }
          http.filters().forEach(filter -> addAsked(filter.settings(), names));
        }
      }
    }
    return names;
  }

  private static void addAsked(FilterSettings settings, Set<String> names) {
    if (settings instanceof FilterSettings.Jwt(var policy)) {
      for (JwtProvider provider : policy.providers().values()) {
        if (provider.keys() instanceof JwksSource.Remote remote) {
          names.add(remote.cluster());
        }
      }
    }
    if (settings instanceof FilterSettings.ExtAuthz(var authz)) {
      names.add(authz.service().upstream());
    }
  }

  static Set<String> upstreams(RouteTable table) {
    Set<String> names = new TreeSet<>();
    for (RouteTable.VirtualHost host : table.virtualHosts()) {
      for (Route route : host.routes()) {
        switch (route.action()) {
          case Route.Action.Forward forward -> {
            names.addAll(forward.destination().upstreams());
            forward.mirrors().forEach(mirror -> names.add(mirror.upstream()));
          }
          case Route.Action.Direct direct -> {}
          case Route.Action.Redirect redirect -> {}
        }
      }
    }
    return names;
  }

  static Set<String> validation(ListenerConfig listener) {
    Set<String> names = new TreeSet<>();
    for (FilterChain chain : chains(listener)) {
      if (chain.tls() != null && !chain.tls().params().validationSecret().isEmpty()) {
        names.add(chain.tls().params().validationSecret());
      }
    }
    return names;
  }

  static Set<String> validation(UpstreamConfig upstream) {
    Set<String> names = new TreeSet<>();
    addValidation(upstream.transport().fallback(), names);
    for (TransportSockets.Match match : upstream.transport().matches()) {
      addValidation(match.tls(), names);
    }
    return names;
  }

  private static void addValidation(@Nullable UpstreamTls tls, Set<String> names) {
    if (tls != null && !tls.params().validationSecret().isEmpty()) {
      names.add(tls.params().validationSecret());
    }
  }

  private static List<FilterChain> chains(ListenerConfig listener) {
    List<FilterChain> chains = new ArrayList<>(listener.chains());
    if (listener.defaultChain() != null) {
      chains.add(listener.defaultChain());
    }
    return chains;
  }
}
