package dev.weft.agent.compile.listener;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import dev.weft.agent.model.TracingSettings;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.type.v3.Percent;

/**
 * The traces of one node's requests.
 *
 * @param service the name under which its spans are sent: {@code <service account>.<namespace>}
 */
public record Traces(TracingSettings settings, String service) {
  private static final String NAME = "otlp";

  /**
   * Each attempt has a span of its own: a sidecar and its application are two hops, and what was
   * tried where is what a mesh is asked for.
   */
  HttpConnectionManager.Tracing compile() {
    HttpConnectionManager.Tracing.Builder tracing =
        HttpConnectionManager.Tracing.newBuilder()
            .setClientSampling(percent(100))
            .setRandomSampling(percent(settings.samplingPercent()))
            .setOverallSampling(percent(100))
            .setSpawnUpstreamSpan(BoolValue.of(true));
    if (!settings.collector().isEmpty()) {
      tracing
          .getProviderBuilder()
          .setName(NAME)
          .setTypedConfig(
              Any.pack(
                  OpenTelemetryConfig.newBuilder()
                      .setServiceName(service)
                      .setGrpcService(
                          GrpcService.newBuilder()
                              .setGoogleGrpc(
                                  GrpcService.GoogleGrpc.newBuilder()
                                      .setTargetUri(settings.collector())
                                      .setStatPrefix(NAME)))
                      .build()));
    }
    return tracing.build();
  }

  private static Percent percent(double value) {
    return Percent.newBuilder().setValue(value).build();
  }
}
