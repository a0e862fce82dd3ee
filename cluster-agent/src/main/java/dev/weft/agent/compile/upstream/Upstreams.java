package dev.weft.agent.compile.upstream;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.agent.compile.secret.TrustBundles;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.List;

/**
 * The upstream of a service: wherever it is, over mutual TLS, told apart by cluster of the mesh.
 */
public final class Upstreams {
  /** The key of hosts' metadata that says whether they are dialled over mutual TLS. */
  public static final String MTLS = "mtls";

  /** They are not. */
  public static final String DISABLED = "disabled";

  private static final int CONNECTIONS = 4_096;
  private static final int REQUESTS = 16_384;
  private static final String HTTP_OPTIONS =
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

  private Upstreams() {}

  /**
   * One retry for each active request: when a whole cluster dies, all that was under way to it has
   * to go elsewhere at once. A storm is still bounded, to twice the load.
   */
  private static final int RETRY_BUDGET_PERCENT = 100;

  private static final int RETRIES_ALWAYS = 20;

  /**
   * What the upstream depends on.
   *
   * @param sites where the service is, by cluster name
   * @param plaintext whether some hosts are dialled without TLS
   */
  public record Slice(
      ServiceKey service, long connectTimeoutMillis, List<Site> sites, boolean plaintext) {
    public Slice {
      sites = List.copyOf(sites);
    }
  }

  /**
   * A cluster of the mesh that has instances.
   *
   * @param sni the server name of the service's port there
   * @param identity who its instances have to be
   */
  public record Site(String cluster, String sni, SpiffeId identity) {}

  public static Cluster compile(Slice slice) {
    Cluster.Builder upstream =
        Cluster.newBuilder()
            .setName(slice.service().upstreamName())
            .setType(Cluster.DiscoveryType.EDS)
            .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(Wire.ads()))
            .setConnectTimeout(Wire.millis(slice.connectTimeoutMillis()))
            .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
            .setLeastRequestLbConfig(
                Cluster.LeastRequestLbConfig.newBuilder().setChoiceCount(Wire.number(2)))
            .setCommonLbConfig(noPanic())
            .setCircuitBreakers(breakers())
            .setOutlierDetection(ejection())
            .putTypedExtensionProtocolOptions(
                HTTP_OPTIONS,
                Any.pack(
                    HttpProtocolOptions.newBuilder()
                        .setExplicitHttpConfig(
                            HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                                .setHttp2ProtocolOptions(
                                    Http2ProtocolOptions.newBuilder()
                                        .setConnectionKeepalive(
                                            KeepaliveSettings.newBuilder()
                                                .setInterval(Wire.millis(1_000))
                                                .setTimeout(Wire.millis(1_000)))))
                        .build()));
    if (slice.plaintext()) {
      // First, since its hosts have the name of their cluster too.
      upstream.addTransportSocketMatches(
          Cluster.TransportSocketMatch.newBuilder()
              .setName("plaintext")
              .setMatch(
                  Struct.newBuilder()
                      .putFields(MTLS, Value.newBuilder().setStringValue(DISABLED).build()))
              .setTransportSocket(
                  TransportSocket.newBuilder()
                      .setName("envoy.transport_sockets.raw_buffer")
                      .setTypedConfig(Any.pack(RawBuffer.getDefaultInstance()))));
    }
    for (Site site : slice.sites()) {
      upstream.addTransportSocketMatches(
          Cluster.TransportSocketMatch.newBuilder()
              .setName(site.cluster())
              .setMatch(
                  Struct.newBuilder()
                      .putFields(
                          "cluster", Value.newBuilder().setStringValue(site.cluster()).build()))
              .setTransportSocket(
                  Wire.tls(
                      UpstreamTlsContext.newBuilder()
                          .setSni(site.sni())
                          .setCommonTlsContext(
                              TrustBundles.exactly(site.identity()).addAlpnProtocols("h2"))
                          .build())));
    }
    return upstream.build();
  }

  /** Nobody is sent traffic because too few are healthy: other priorities are. */
  static Cluster.CommonLbConfig noPanic() {
    return Cluster.CommonLbConfig.newBuilder()
        .setHealthyPanicThreshold(Percent.newBuilder().setValue(0))
        .build();
  }

  static CircuitBreakers breakers() {
    return CircuitBreakers.newBuilder()
        .addThresholds(
            CircuitBreakers.Thresholds.newBuilder()
                .setMaxConnections(Wire.number(CONNECTIONS))
                .setMaxPendingRequests(Wire.number(REQUESTS))
                .setMaxRequests(Wire.number(REQUESTS))
                .setRetryBudget(
                    CircuitBreakers.Thresholds.RetryBudget.newBuilder()
                        .setBudgetPercent(Percent.newBuilder().setValue(RETRY_BUDGET_PERCENT))
                        .setMinRetryConcurrency(Wire.number(RETRIES_ALWAYS))))
        .build();
  }

  private static OutlierDetection ejection() {
    return OutlierDetection.newBuilder()
        .setConsecutive5Xx(Wire.number(5))
        .setEnforcingConsecutive5Xx(Wire.number(0))
        .setConsecutiveGatewayFailure(Wire.number(5))
        .setEnforcingConsecutiveGatewayFailure(Wire.number(100))
        .setSplitExternalLocalOriginErrors(true)
        .setConsecutiveLocalOriginFailure(Wire.number(3))
        .setEnforcingConsecutiveLocalOriginFailure(Wire.number(100))
        .setEnforcingSuccessRate(Wire.number(0))
        .setEnforcingLocalOriginSuccessRate(Wire.number(0))
        .setEnforcingFailurePercentage(Wire.number(0))
        .setEnforcingFailurePercentageLocalOrigin(Wire.number(0))
        .setInterval(Wire.millis(1_000))
        .setBaseEjectionTime(Wire.millis(5_000))
        .setMaxEjectionTime(Wire.millis(30_000))
        .setMaxEjectionPercent(Wire.number(100))
        .build();
  }
}
