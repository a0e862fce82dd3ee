package dev.weft.proxy.xds.parse;

import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.RbacCodec;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.TcpProxy;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.listener.v3.FilterChain}: its TLS, its network RBAC and what it ends in. */
final class FilterChainReader {
  private static final Duration TCP_IDLE = Duration.ofHours(1);
  private static final FilterChain.Terminal NOTHING = new TcpProxy("", TCP_IDLE, "");

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
    List<NetworkRbac> rbac = new ArrayList<>();
    FilterChain.Terminal terminal = NOTHING;
    int last = proto.getFiltersCount() - 1;
    for (int i = 0; i < last; i++) {
      rbac.add(rbac(proto.getFilters(i), at.item(i)));
    }
    if (last < 0) {
      at.add("needs at least one");
    } else {
      FilterChain.Terminal found = terminal(proto.getFilters(last), at.item(last));
      terminal = found == null ? NOTHING : found;
    }
    return new FilterChain(
        proto.getName().isEmpty() ? unnamed : proto.getName(), match, tls, rbac, terminal);
  }

  private static NetworkRbac rbac(Filter proto, Problems problems) {
    Problems at = problems.field("typed_config");
    if (!(TypedConfigs.unpack(proto.getTypedConfig()) instanceof RBAC typed)) {
      at.add("expected a network RBAC before the last filter");
      return new NetworkRbac(null, "");
    }
    Texts.required(typed.getStatPrefix(), at.field("stat_prefix"));
    RbacPolicy rules =
        typed.hasRules()
            ? RbacCodec.decode(typed.getRules(), RbacCodec.Layer.NETWORK, at.field("rules"))
            : null;
    return new NetworkRbac(rules, typed.getStatPrefix());
  }

  private static FilterChain.@Nullable Terminal terminal(Filter proto, Problems problems) {
    Problems at = problems.field("typed_config");
    return switch (TypedConfigs.unpack(proto.getTypedConfig())) {
      case HttpConnectionManager http -> HttpConnectionManagerReader.read(http, at);
      case io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy tcp ->
          tcpProxy(tcp, at);
      case null, default -> {
        at.add("expected an HttpConnectionManager or a TcpProxy as the last filter");
        yield null;
      }
    };
  }

  private static TcpProxy tcpProxy(
      io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy proto,
      Problems problems) {
    return new TcpProxy(
        upstreams(proto, problems),
        Durations.zeroOrMore(
            proto.hasIdleTimeout(),
            proto.getIdleTimeout(),
            TCP_IDLE,
            problems.field("idle_timeout")),
        Texts.required(proto.getStatPrefix(), problems.field("stat_prefix")),
        Numbers.uint32(
            proto.hasMaxConnectAttempts(),
            proto.getMaxConnectAttempts(),
            1,
            1,
            100,
            problems.field("max_connect_attempts")),
        AccessLogReader.read(proto.getAccessLogList(), problems.field("access_log")),
        AccessLogReader.times(proto, problems.field("access_log_options")));
  }

  private static List<TcpProxy.Weighted> upstreams(
      io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy proto,
      Problems problems) {
    if (!proto.hasWeightedClusters()) {
      return List.of(
          new TcpProxy.Weighted(Texts.required(proto.getCluster(), problems.field("cluster")), 1));
    }
    List<TcpProxy.Weighted> upstreams = new ArrayList<>();
    Problems at = problems.field("weighted_clusters").field("clusters");
    for (int i = 0; i < proto.getWeightedClusters().getClustersCount(); i++) {
      var one = proto.getWeightedClusters().getClusters(i);
      upstreams.add(
          new TcpProxy.Weighted(
              Texts.required(one.getName(), at.item(i).field("name")),
              Numbers.within(
                  Integer.toUnsignedLong(one.getWeight()),
                  1,
                  1_000_000,
                  1,
                  at.item(i).field("weight"))));
    }
    if (upstreams.isEmpty()) {
      at.add("needs at least one");
      upstreams.add(new TcpProxy.Weighted("", 1));
    }
    return upstreams;
  }
}
