package dev.weft.agent.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ExternalService.Name;
import dev.weft.agent.model.ExternalService.OwnCertificate;
import dev.weft.agent.model.ExternalService.Tls;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What callers' sidecars are told of servers outside of the mesh. */
class ExternalServicesTest {
  private static final NodeAnnouncement CALLER =
      MeshStateBuilder.node("caller", "orders", 15006, true);
  private static final ServiceKey BANK = new ServiceKey("default", "bank");
  private static final Tls MUTUAL =
      new Tls(
          "api.bank.example",
          List.of(
              new Name(Name.Type.DNS, "api.bank.example"),
              new Name(Name.Type.IP_ADDRESS, "192.0.2.7"),
              new Name(Name.Type.URI, "spiffe://bank/api")),
          "/etc/bank/ca.pem",
          Optional.of(new OwnCertificate("/etc/bank/own.pem", "/etc/bank/key.pem")),
          false);

  private final MeshStateBuilder mesh =
      new MeshStateBuilder()
          .instance("payments", "payments-1", 9001, Health.PASSING)
          .sidecar("payments-1", "payments", 15106, 9001);
  private final Compiler compiler = new Compiler();

  private void write(ServiceKey key, String address, int port, @Nullable Tls tls, String... hosts) {
    mesh.with(
        new Delta.ExternalWritten(
            new ExternalService(
                key, List.of(hosts), new Address(address, port), false, Optional.ofNullable(tls))));
  }

  private Cluster upstream(String name) throws Exception {
    compiler.update(mesh.build());
    return Cluster.parseFrom(
        Objects.requireNonNull(compiler.resources(CALLER, ResourceType.CLUSTER).get(name))
            .body()
            .getValue());
  }

  private List<VirtualHost> hosts() throws Exception {
    compiler.update(mesh.build());
    return RouteConfiguration.parseFrom(
            Objects.requireNonNull(compiler.resources(CALLER, ResourceType.ROUTES).get("outbound"))
                .body()
                .getValue())
        .getVirtualHostsList();
  }

  private Map<String, List<String>> domains() throws Exception {
    return hosts().stream()
        .filter(host -> host.getName().startsWith("external|"))
        .collect(
            Collectors.toMap(VirtualHost::getName, host -> List.copyOf(host.getDomainsList())));
  }

  @Test
  void theUpstreamBelievesWhatIsWrittenAndNothingOfTheMesh() throws Exception {
    write(BANK, "192.0.2.7", 443, MUTUAL, "api.bank.example");
    Cluster upstream = upstream("external|bank.default");
    assertThat(upstream.getType()).isEqualTo(Cluster.DiscoveryType.STATIC);
    assertThat(
            upstream
                .getLoadAssignment()
                .getEndpoints(0)
                .getLbEndpoints(0)
                .getEndpoint()
                .getAddress()
                .getSocketAddress()
                .toString())
        .contains("192.0.2.7", "443");
    UpstreamTlsContext tls =
        upstream.getTransportSocket().getTypedConfig().unpack(UpstreamTlsContext.class);
    assertThat(tls.getSni()).isEqualTo("api.bank.example");
    CommonTlsContext common = tls.getCommonTlsContext();
    assertThat(common.getValidationContext().getTrustedCa().getFilename())
        .isEqualTo("/etc/bank/ca.pem");
    assertThat(common.getValidationContext().getMatchTypedSubjectAltNamesList())
        .extracting(name -> name.getSanType() + " " + name.getMatcher().getExact())
        .containsExactly("DNS api.bank.example", "IP_ADDRESS 192.0.2.7", "URI spiffe://bank/api");
    assertThat(common.getTlsParams().getTlsMinimumProtocolVersion()).isEqualTo(TlsProtocol.TLSv1_3);
    assertThat(common.getAlpnProtocolsList()).containsExactly("http/1.1");
    assertThat(common.getTlsCertificateSdsSecretConfigsList()).isEmpty();
    assertThat(common.getTlsCertificates(0).getCertificateChain().getFilename())
        .isEqualTo("/etc/bank/own.pem");
    assertThat(common.getTlsCertificates(0).getPrivateKey().getFilename())
        .isEqualTo("/etc/bank/key.pem");
  }

  @Test
  void anOlderVersionHttp2AndPlaintextAreByConfiguration() throws Exception {
    mesh.with(
        new Delta.ExternalWritten(
            new ExternalService(
                BANK,
                List.of(),
                new Address("192.0.2.7", 443),
                true,
                Optional.of(
                    new Tls("", MUTUAL.names(), MUTUAL.caFile(), Optional.empty(), true)))));
    Cluster upstream = upstream("external|bank.default");
    CommonTlsContext common =
        upstream
            .getTransportSocket()
            .getTypedConfig()
            .unpack(UpstreamTlsContext.class)
            .getCommonTlsContext();
    assertThat(common.getTlsParams().getTlsMinimumProtocolVersion()).isEqualTo(TlsProtocol.TLSv1_2);
    assertThat(common.getAlpnProtocolsList()).containsExactly("h2");
    assertThat(common.getTlsCertificatesList()).isEmpty();
    HttpProtocolOptions http =
        upstream
            .getTypedExtensionProtocolOptionsMap()
            .values()
            .iterator()
            .next()
            .unpack(HttpProtocolOptions.class);
    assertThat(http.getExplicitHttpConfig().hasHttp2ProtocolOptions()).isTrue();
    write(BANK, "192.0.2.7", 80, null);
    assertThat(upstream("external|bank.default").hasTransportSocket()).isFalse();
  }

  @Test
  void aNameIsDialledWhereItResolvesTo() throws Exception {
    write(BANK, "edge.bank.example", 443, MUTUAL);
    assertThat(
            upstream("external|bank.default")
                .getLoadAssignment()
                .getEndpoints(0)
                .getLbEndpointsCount())
        .isZero();
    mesh.with(
        new Delta.ExternalResolved(Map.of("edge.bank.example", List.of("192.0.2.1", "192.0.2.2"))));
    assertThat(upstream("external|bank.default").getLoadAssignment().toString())
        .contains("192.0.2.1", "192.0.2.2");
    compiler.update(mesh.build());
    Resource before = compiler.resources(CALLER, ResourceType.CLUSTER).get("external|bank.default");
    mesh.with(
        new Delta.ExternalWritten(
            new ExternalService(
                new ServiceKey("shop", "other"),
                List.of(),
                new Address("192.0.2.9", 80),
                false,
                Optional.empty())));
    compiler.update(mesh.build());
    assertThat(compiler.resources(CALLER, ResourceType.CLUSTER).get("external|bank.default"))
        .isSameAs(before);
  }

  @Test
  void itIsCalledByItsNamesAndSeesItsOwn() throws Exception {
    write(BANK, "192.0.2.7", 8443, MUTUAL, "api.bank.example", "www.bank.example");
    write(new ServiceKey("shop", "mail"), "mail.example", 443, MUTUAL);
    assertThat(domains())
        .containsOnly(
            Map.entry("external|bank.default", List.of("bank.mesh", "bank.default.mesh")),
            Map.entry("external|bank.default|api.bank.example", List.of("api.bank.example")),
            Map.entry("external|bank.default|www.bank.example", List.of("www.bank.example")),
            Map.entry("external|mail.shop", List.of("mail.shop.mesh")));
    VirtualHost bank =
        hosts().stream()
            .filter(host -> host.getName().equals("external|bank.default"))
            .findAny()
            .orElseThrow();
    assertThat(bank.getRoutesList())
        .extracting(Route::getName)
        .containsExactly(
            "external|bank.default/repeatable", "external|bank.default/unreached-only");
    for (Route route : bank.getRoutesList()) {
      assertThat(route.getRoute().getCluster()).isEqualTo("external|bank.default");
      assertThat(route.getRoute().getHostRewriteLiteral()).isEqualTo("api.bank.example:8443");
      assertThat(route.getRoute().getTimeout().getSeconds()).isEqualTo(15);
      // The word of a server outside on what arrived is not believed.
      assertThat(route.getRoute().getRetryPolicy().getRetryOn()).doesNotContain("headers");
    }
    assertThat(hosts())
        .filteredOn(host -> host.getName().endsWith("www.bank.example"))
        .allSatisfy(host ->
            assertThat(host.getRoutes(0).getRoute().getHostRewriteLiteral())
                .isEqualTo("www.bank.example:8443"));
  }

  @Test
  void aServiceOfTheMeshKeepsItsNameAndNoDomainIsThereTwice() throws Exception {
    write(new ServiceKey("default", "payments"), "192.0.2.7", 443, MUTUAL, "api.bank.example");
    write(new ServiceKey("shop", "bank"), "192.0.2.8", 443, MUTUAL, "api.bank.example");
    assertThat(domains())
        .containsOnly(
            Map.entry("external|payments.default|api.bank.example", List.of("api.bank.example")),
            Map.entry("external|bank.shop", List.of("bank.shop.mesh")));
    assertThat(hosts().stream().flatMap(host -> host.getDomainsList().stream()))
        .doesNotHaveDuplicates()
        .contains("payments.default.mesh");
    mesh.with(new Delta.ExternalRemoved(new ServiceKey("default", "payments")));
    assertThat(domains()).containsKey("external|bank.shop|api.bank.example");
  }

  @Test
  void gatewaysHaveNothingOfIt() {
    write(BANK, "192.0.2.7", 443, MUTUAL, "api.bank.example");
    compiler.update(mesh.build());
    NodeAnnouncement gateway = MeshStateBuilder.gateway("gateway-1", 15443);
    for (ResourceType type : ResourceType.values()) {
      assertThat(compiler.resources(gateway, type).all())
          .extracting(Resource::name)
          .noneMatch(name -> name.startsWith("external|"));
    }
  }
}
