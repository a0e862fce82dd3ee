package dev.weft.agent.compile.upstream;

import com.google.protobuf.Any;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.Address;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Host;
import dev.weft.policy.istio.Provider.Protocol;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;

/**
 * The upstream of a provider outside the mesh: without TLS, HTTP/2 where it is asked by gRPC, at
 * the addresses that its host is known to stand for. One that is a service of the mesh has that
 * service's upstream.
 */
public final class ProviderUpstream {
  private ProviderUpstream() {}

  /** Without addresses nobody is asked, which its filter's failure mode answers. */
  public static Cluster compile(Provider provider) {
    if (!(provider.host() instanceof Host.Outside outside)) {
      throw new IllegalArgumentException(provider.name() + " is a service of the mesh");
    }
    HttpProtocolOptions.ExplicitHttpConfig.Builder http =
        HttpProtocolOptions.ExplicitHttpConfig.newBuilder();
    switch (provider.protocol()) {
      case Protocol.Grpc grpc ->
          // One that is gone without a word is found out before the next question's time is over.
          http.setHttp2ProtocolOptions(
              Http2ProtocolOptions.newBuilder()
                  .setConnectionKeepalive(
                      KeepaliveSettings.newBuilder()
                          .setInterval(Wire.millis(1_000))
                          .setTimeout(Wire.millis(1_000))));
      case Protocol.Http request ->
          http.setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance());
    }
    return Fixed.fixed(
            provider.upstream(),
            outside.addresses().stream().map(ip -> new Address(ip, outside.port())).toList())
        .setCommonLbConfig(Upstreams.noPanic())
        .setCircuitBreakers(Upstreams.breakers())
        .putTypedExtensionProtocolOptions(
            Fixed.HTTP_OPTIONS,
            Any.pack(HttpProtocolOptions.newBuilder().setExplicitHttpConfig(http).build()))
        .build();
  }
}
