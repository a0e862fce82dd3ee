package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code tcp_proxy.v3.TcpProxy}. */
final class TcpProxyReader {
  /** Envoy's, where nothing is said. */
  static final Duration IDLE = Duration.ofHours(1);

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final int MOST_WEIGHT = 1_000_000;

  private TcpProxyReader() {}

  static TcpProxy read(
      io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy proto,
      Problems problems) {
    return new TcpProxy(
        upstreams(proto, problems),
        Durations.zeroOrMore(
            proto.hasIdleTimeout(), proto.getIdleTimeout(), IDLE, problems.field("idle_timeout")),
        Durations.atLeast(
            SHORTEST,
            proto.hasMaxDownstreamConnectionDuration(),
            proto.getMaxDownstreamConnectionDuration(),
            Duration.ZERO,
            problems.field("max_downstream_connection_duration")),
        Texts.required(proto.getStatPrefix(), problems.field("stat_prefix")),
        Numbers.uint32(
            proto.hasMaxConnectAttempts(),
            proto.getMaxConnectAttempts(),
            1,
            1,
            100,
            problems.field("max_connect_attempts")),
        AccessLogReader.read(proto.getAccessLogList(), problems.field("access_log")),
        AccessLogReader.times(proto.getAccessLogOptions(), problems.field("access_log_options")));
  }

  private static List<TcpProxy.Weighted> upstreams(
      io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy proto,
      Problems problems) {
    Map<String, String> subset =
        DestinationReader.metadata(proto.getMetadataMatch(), problems.field("metadata_match"));
    if (!proto.hasWeightedClusters()) {
      return List.of(
          new TcpProxy.Weighted(
              Texts.required(proto.getCluster(), problems.field("cluster")), 1, subset));
    }
    List<TcpProxy.Weighted> upstreams = new ArrayList<>();
    Problems clusters = problems.field("weighted_clusters").field("clusters");
    for (int i = 0; i < proto.getWeightedClusters().getClustersCount(); i++) {
      var one = proto.getWeightedClusters().getClusters(i);
      Problems at = clusters.item(i);
      Map<String, String> merged = new LinkedHashMap<>(subset);
      merged.putAll(DestinationReader.metadata(one.getMetadataMatch(), at.field("metadata_match")));
      long weight = Integer.toUnsignedLong(one.getWeight());
      upstreams.add(
          new TcpProxy.Weighted(
              Texts.required(one.getName(), at.field("name")),
              Numbers.within(weight, 1, MOST_WEIGHT, 1, at.field("weight")),
              merged));
    }
    if (upstreams.isEmpty()) {
      clusters.add("needs at least one");
      upstreams.add(new TcpProxy.Weighted("", 1, Map.of()));
    }
    return upstreams;
  }
}
