package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.HealthCheck;
import dev.weft.proxy.config.OutlierDetection;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.cluster.v3.Cluster}. */
final class UpstreamReader {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int BUFFER_LIMIT = 1024 * 1024;

  private UpstreamReader() {}

  static UpstreamConfig read(Cluster proto, Problems problems) {
    String name = Texts.required(proto.getName(), problems.field("name"));
    boolean eds = isEds(proto, problems);
    BalancingReader.Balanced balancing = BalancingReader.read(proto, problems);
    TransportSockets transport = TransportSocketsReader.read(proto, problems);
    ProtocolReader.Protocol protocol =
        ProtocolReader.read(proto, transport, problems.field("typed_extension_protocol_options"));
    OutlierDetection outlier =
        proto.hasOutlierDetection()
            ? OutlierReader.read(proto.getOutlierDetection(), problems.field("outlier_detection"))
            : null;
    return new UpstreamConfig(
        name,
        eds ? endpointsName(proto, problems) : "",
        eds ? null : inline(proto, problems),
        Durations.positive(
            proto.hasConnectTimeout(),
            proto.getConnectTimeout(),
            CONNECT,
            problems.field("connect_timeout")),
        balancing.kind(),
        balancing.options(),
        Numbers.percent(
            proto.getCommonLbConfig().hasHealthyPanicThreshold(),
            proto.getCommonLbConfig().getHealthyPanicThreshold(),
            50,
            problems.field("common_lb_config").field("healthy_panic_threshold")),
        BreakersReader.read(proto.getCircuitBreakers(), problems.field("circuit_breakers")),
        outlier,
        healthChecks(proto, problems.field("health_checks")),
        protocol.protocol(),
        protocol.http1(),
        protocol.http2(),
        transport,
        Numbers.uint32(
            proto.hasPerConnectionBufferLimitBytes(),
            proto.getPerConnectionBufferLimitBytes(),
            BUFFER_LIMIT,
            1024,
            Integer.MAX_VALUE,
            problems.field("per_connection_buffer_limit_bytes")));
  }

  private static boolean isEds(Cluster proto, Problems problems) {
    return switch (proto.getType()) {
      case EDS -> true;
      case STATIC -> false;
      case STRICT_DNS, LOGICAL_DNS, ORIGINAL_DST, UNRECOGNIZED -> {
        problems.field("type").add("is not supported: " + proto.getTypeValue());
        yield false;
      }
    };
  }

  private static String endpointsName(Cluster proto, Problems problems) {
    if (proto.hasLoadAssignment()) {
      problems.field("load_assignment").add("is not supported with EDS");
    }
    Problems at = problems.field("eds_cluster_config");
    if (!proto.hasEdsClusterConfig()) {
      at.add("is required with EDS");
    }
    SharedReader.ads(
        proto.getEdsClusterConfig().hasEdsConfig(),
        proto.getEdsClusterConfig().getEdsConfig(),
        at.field("eds_config"));
    String service = proto.getEdsClusterConfig().getServiceName();
    return service.isEmpty() ? proto.getName() : service;
  }

  private static EndpointSet inline(Cluster proto, Problems problems) {
    if (proto.hasEdsClusterConfig()) {
      problems.field("eds_cluster_config").add("is supported with EDS only");
    }
    if (!proto.hasLoadAssignment()) {
      problems.field("load_assignment").add("is required");
    }
    return EndpointReader.read(
        proto.getLoadAssignment(), proto.getName(), problems.field("load_assignment"));
  }

  private static List<HealthCheck> healthChecks(Cluster proto, Problems problems) {
    List<HealthCheck> checks = new ArrayList<>();
    for (int i = 0; i < proto.getHealthChecksCount(); i++) {
      checks.add(HealthCheckReader.read(proto.getHealthChecks(i), problems.item(i)));
    }
    if (checks.size() > 1) {
      problems.add("at most one is supported");
    }
    return checks;
  }
}
