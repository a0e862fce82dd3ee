package dev.weft.agent.compile.upstream;

import com.google.protobuf.Any;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ExternalService.Name;
import dev.weft.agent.model.ExternalService.Tls;
import dev.weft.agent.model.ServiceKey;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;

/**
 * The upstream of a server outside of the mesh: TLS of its own kind, with nothing of the mesh's
 * certificates. No pings, since such servers close connections for them, and no ejection, since
 * there is mostly one address and nobody to go to instead.
 */
public final class ExternalUpstream {
  /** A handshake over the internet is part of it. */
  private static final long CONNECT_TIMEOUT_MILLIS = 3_000;

  private ExternalUpstream() {}

  /**
   * What it depends on.
   *
   * @param addresses literal; none: 503
   */
  public record Slice(ExternalService service, List<String> addresses) {
    public Slice {
      addresses = List.copyOf(addresses);
    }
  }

  /** Its name, which no service's upstream has. */
  public static String name(ServiceKey service) {
    return "external|" + service.upstreamName();
  }

  public static Cluster compile(Slice slice) {
    ExternalService service = slice.service();
    HttpProtocolOptions.ExplicitHttpConfig.Builder http =
        HttpProtocolOptions.ExplicitHttpConfig.newBuilder();
    if (service.http2()) {
      http.setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance());
    } else {
      http.setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance());
    }
    int port = service.address().port();
    Cluster.Builder upstream =
        Fixed.fixed(
                name(service.key()),
                slice.addresses().stream().map(ip -> new Address(ip, port)).toList())
            .setConnectTimeout(Wire.millis(CONNECT_TIMEOUT_MILLIS))
            .setCommonLbConfig(Upstreams.noPanic())
            .setCircuitBreakers(Upstreams.breakers())
            .putTypedExtensionProtocolOptions(
                Fixed.HTTP_OPTIONS,
                Any.pack(HttpProtocolOptions.newBuilder().setExplicitHttpConfig(http).build()));
    service
        .tls()
        .ifPresent(tls -> upstream.setTransportSocket(Wire.tls(tls(tls, service.http2()))));
    return upstream.build();
  }

  private static UpstreamTlsContext tls(Tls tls, boolean http2) {
    CertificateValidationContext.Builder validation =
        CertificateValidationContext.newBuilder().setTrustedCa(file(tls.caFile()));
    for (Name name : tls.names()) {
      validation.addMatchTypedSubjectAltNames(
          SubjectAltNameMatcher.newBuilder()
              .setSanType(type(name.type()))
              .setMatcher(StringMatcher.newBuilder().setExact(name.text())));
    }
    CommonTlsContext.Builder common =
        CommonTlsContext.newBuilder()
            .setTlsParams(
                TlsParameters.newBuilder()
                    .setTlsMinimumProtocolVersion(
                        tls.legacy() ? TlsProtocol.TLSv1_2 : TlsProtocol.TLSv1_3)
                    .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_3))
            .addAlpnProtocols(http2 ? "h2" : "http/1.1")
            .setValidationContext(validation);
    tls.own()
        .ifPresent(own ->
            common.addTlsCertificates(
                TlsCertificate.newBuilder()
                    .setCertificateChain(file(own.certificateFile()))
                    .setPrivateKey(file(own.keyFile()))));
    return UpstreamTlsContext.newBuilder().setSni(tls.sni()).setCommonTlsContext(common).build();
  }

  private static SanType type(Name.Type type) {
    return switch (type) {
      case DNS -> SanType.DNS;
      case URI -> SanType.URI;
      case IP_ADDRESS -> SanType.IP_ADDRESS;
    };
  }

  private static DataSource file(String name) {
    return DataSource.newBuilder().setFilename(name).build();
  }
}
