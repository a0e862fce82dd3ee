package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.NetworkFilter;
import dev.weft.proxy.config.TcpProxy;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.listener.v3.FilterChain}: its TLS, its filters and what it ends in. */
final class FilterChainReader {
  private static final FilterChain.Terminal NOTHING = new TcpProxy("", TcpProxyReader.IDLE, "");

  private FilterChainReader() {}

  static FilterChain read(
      io.envoyproxy.envoy.config.listener.v3.FilterChain proto,
      ChainMatch match,
      String unnamed,
      Problems problems) {
    DownstreamTls tls =
        proto.hasTransportSocket()
            ? TlsReader.downstream(proto.getTransportSocket(), problems.field("transport_socket"))
            : null;
    Problems at = problems.field("filters");
    List<NetworkFilter> filters = new ArrayList<>();
    FilterChain.Terminal terminal = NOTHING;
    int last = proto.getFiltersCount() - 1;
    for (int i = 0; i < last; i++) {
      NetworkFilter found = filter(proto.getFilters(i), at.item(i));
      if (found != null) {
        filters.add(found);
      }
    }
    if (last < 0) {
      at.add("needs at least one");
    } else {
      FilterChain.Terminal found = terminal(proto.getFilters(last), at.item(last));
      terminal = found == null ? NOTHING : found;
    }
    return new FilterChain(
        proto.getName().isEmpty() ? unnamed : proto.getName(),
        match,
        tls,
        filters,
        terminal,
        Durations.zeroOrMore(
            proto.hasTransportSocketConnectTimeout(),
            proto.getTransportSocketConnectTimeout(),
            FilterChain.HANDSHAKE,
            problems.field("transport_socket_connect_timeout")));
  }

  private static @Nullable NetworkFilter filter(Filter proto, Problems problems) {
    Problems at = problems.field("typed_config");
    return switch (TypedConfigs.unpack(proto.getTypedConfig())) {
      case RBAC rbac -> RbacReader.network(rbac, at);
      case ExtAuthz authz -> NetworkExtAuthzReader.read(authz, at);
      case null, default -> {
        at.add("expected a network RBAC or ExtAuthz before the last filter");
        yield null;
      }
    };
  }

  private static FilterChain.@Nullable Terminal terminal(Filter proto, Problems problems) {
    Problems at = problems.field("typed_config");
    return switch (TypedConfigs.unpack(proto.getTypedConfig())) {
      case HttpConnectionManager http -> HttpConnectionManagerReader.read(http, at);
      case io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy tcp ->
          TcpProxyReader.read(tcp, at);
      case null, default -> {
        at.add("expected an HttpConnectionManager or a TcpProxy as the last filter");
        yield null;
      }
    };
  }
}
