package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Destination;
import dev.weft.proxy.config.Destination.One;
import dev.weft.proxy.config.Destination.Share;
import dev.weft.proxy.xds.parse.HeaderChangesReader.Level;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a route action sends requests. */
final class DestinationReader {
  private static final String SUBSETS = "envoy.lb";
  private static final int MAX_SHARES = 128;

  private DestinationReader() {}

  /**
   * @param route the route's header changes and those above it
   */
  static Destination read(RouteAction proto, RouteScope scope, Level route, Problems problems) {
    Map<String, String> subset =
        metadata(proto.getMetadataMatch(), problems.field("metadata_match"));
    return switch (proto.getClusterSpecifierCase()) {
      case CLUSTER ->
          new One(Texts.required(proto.getCluster(), problems.field("cluster")), subset);
      case WEIGHTED_CLUSTERS ->
          weighted(
              proto.getWeightedClusters(),
              scope,
              route,
              subset,
              problems.field("weighted_clusters"));
      // FieldCheck has reported these already.
      case CLUSTER_HEADER, CLUSTER_SPECIFIER_PLUGIN, INLINE_CLUSTER_SPECIFIER_PLUGIN ->
          new One("", Map.of());
      case CLUSTERSPECIFIER_NOT_SET -> {
        problems.add("cluster or weighted_clusters is required");
        yield new One("", Map.of());
      }
    };
  }

  private static Destination weighted(
      WeightedCluster proto,
      RouteScope scope,
      Level route,
      Map<String, String> subset,
      Problems problems) {
    List<Share> shares = new ArrayList<>();
    long total = 0;
    if (proto.getClustersCount() == 0 || proto.getClustersCount() > MAX_SHARES) {
      problems.field("clusters").add("expected 1 to " + MAX_SHARES);
    }
    for (int i = 0; i < proto.getClustersCount(); i++) {
      Share share =
          share(proto.getClusters(i), scope, route, subset, problems.field("clusters").item(i));
      shares.add(share);
      total += share.weight();
    }
    if (total == 0 || total > 0xFFFF_FFFFL) {
      problems.field("clusters").add("the sum of weights is " + total + ", expected 1 to 2^32-1");
    }
    String header = proto.getHeaderName();
    return new Destination.Weighted(
        shares,
        Math.max(1, total),
        header.isEmpty() ? "" : Texts.headerName(header, problems.field("header_name")));
  }

  private static Share share(
      ClusterWeight proto,
      RouteScope scope,
      Level route,
      Map<String, String> subset,
      Problems problems) {
    Map<String, String> merged = new LinkedHashMap<>(subset);
    merged.putAll(metadata(proto.getMetadataMatch(), problems.field("metadata_match")));
    Level own =
        HeaderChangesReader.level(
            proto.getRequestHeadersToRemoveList(),
            proto.getRequestHeadersToAddList(),
            proto.getResponseHeadersToRemoveList(),
            proto.getResponseHeadersToAddList(),
            problems);
    Level all = scope.levels(own, route);
    String host = proto.getHostRewriteLiteral();
    if (!host.isEmpty()) {
      RewriteReader.literal(host, problems.field("host_rewrite_literal"));
    }
    return new Share(
        new One(Texts.required(proto.getName(), problems.field("name")), merged),
        Integer.toUnsignedLong(proto.getWeight().getValue()),
        host,
        all.requests(),
        all.responses());
  }

  /** What hosts must have under {@code envoy.lb}; strings only. */
  static Map<String, String> metadata(Metadata proto, Problems problems) {
    Problems at = problems.field("filter_metadata");
    for (String key : proto.getFilterMetadataMap().keySet()) {
      if (!key.equals(SUBSETS)) {
        at.entry(key).add("is not supported");
      }
    }
    return TransportSocketsReader.strings(
        proto.getFilterMetadataOrDefault(SUBSETS, com.google.protobuf.Struct.getDefaultInstance()),
        at.entry(SUBSETS));
  }
}
