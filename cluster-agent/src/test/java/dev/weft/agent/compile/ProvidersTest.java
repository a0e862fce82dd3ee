package dev.weft.agent.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.AuthorizationPolicy.Rule;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Host;
import dev.weft.policy.istio.Provider.Protocol;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.WorkloadHeader;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is asked, and which sidecars get what they need to ask. */
class ProvidersTest {
  private static final NodeAnnouncement PAYMENTS =
      MeshStateBuilder.node("payments-1", "payments", 15106, true, 9001);
  private static final NodeAnnouncement ORDERS =
      MeshStateBuilder.node("orders-1", "orders", 15306, true, 8001);
  private static final NodeAnnouncement LEDGER =
      MeshStateBuilder.node("ledger-1", "ledger", 15406, true, 8002);

  private final MeshStateBuilder mesh =
      MeshStateBuilder.untraced()
          .instance("payments", "payments-1", 9001, Health.PASSING)
          .instance("orders", "orders-1", 8001, Health.PASSING)
          .instance("ledger", "ledger-1", 8002, Health.PASSING, "protocol", "tcp")
          .sidecar("payments-1", "payments", 15106, 9001)
          .sidecar("orders-1", "orders", 15306, 8001)
          .sidecar("ledger-1", "ledger", 15406, 8002);
  private final Compiler compiler = new Compiler();

  private static Provider provider(String name, Host host) {
    return new Provider(name, host, 5_000, false, 0, false, Optional.empty(), new Protocol.Grpc());
  }

  private void ask(String provider, String app) {
    mesh.with(
        new Delta.SecurityWritten(
            new AuthorizationPolicy(
                new PolicyName("default", "ask-" + provider + "-for-" + app),
                new Attachment.Labels(Map.of("app", app)),
                Action.CUSTOM,
                provider,
                false,
                List.of(new Rule(List.of(), List.of(), List.of())))));
  }

  private List<HttpFilter> filters(NodeAnnouncement node) throws Exception {
    Listener listener =
        Listener.parseFrom(
            compiler.resources(node, ResourceType.LISTENER).get("inbound").body().getValue());
    return listener
        .getFilterChains(0)
        .getFiltersList()
        .getLast()
        .getTypedConfig()
        .unpack(HttpConnectionManager.class)
        .getHttpFiltersList();
  }

  @Test
  void onlyWhoAsksGetsTheUpstream() throws Exception {
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(provider("ext", new Host.Outside("a.example", 9000, List.of("192.0.2.1"))))));
    ask("ext", "payments");
    ask("ext", "ledger");
    compiler.update(mesh.build());
    Cluster upstream =
        Cluster.parseFrom(
            compiler.resources(PAYMENTS, ResourceType.CLUSTER).get("authz|ext").body().getValue());
    assertThat(upstream.getType()).isEqualTo(Cluster.DiscoveryType.STATIC);
    assertThat(upstream.getLoadAssignment().toString()).contains("192.0.2.1", "9000");
    assertThat(upstream.hasTransportSocket()).isFalse();
    assertThat(filters(PAYMENTS))
        .extracting(HttpFilter::getName)
        .startsWith("authorization.custom.ext", "authorization.ask.ext");
    assertThat(compiler.resources(ORDERS, ResourceType.CLUSTER).get("authz|ext")).isNull();
    assertThat(filters(ORDERS)).hasSize(1);
    assertThat(compiler.resources(LEDGER, ResourceType.CLUSTER).get("authz|ext")).isNotNull();
  }

  @Test
  void aboutConnectionsTheCallItselfSaysForWhomItAsks() throws Exception {
    Provider open =
        new Provider(
            "ext",
            new Host.Outside("a.example", 9000, List.of("192.0.2.1")),
            1_500,
            true,
            503,
            false,
            Optional.empty(),
            new Protocol.Grpc());
    mesh.with(new Delta.ProvidersConfigured(List.of(open)));
    ask("ext", "ledger");
    compiler.update(mesh.build());
    List<Filter> filters = connections();
    assertThat(filters)
        .extracting(Filter::getName)
        .containsExactly(
            "envoy.filters.network.rbac",
            "authorization.custom.ext",
            "authorization.ask.ext",
            "envoy.filters.network.tcp_proxy");
    var asks =
        filters
            .get(2)
            .getTypedConfig()
            .unpack(io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz.class);
    assertThat(asks.getFailureModeAllow()).isTrue();
    assertThat(asks.getIncludeTlsSession()).isTrue();
    assertThat(asks.getFilterEnabledMetadata().getFilter()).isEqualTo("envoy.filters.network.rbac");
    assertThat(asks.getGrpcService().getTimeout().getNanos()).isEqualTo(500_000_000);
    assertThat(asks.getGrpcService().getEnvoyGrpc().getClusterName()).isEqualTo("authz|ext");
    assertThat(WorkloadHeader.read(told(asks.getGrpcService())))
        .containsEntry("namespace", "default")
        .containsEntry("service", "ledger")
        .containsEntry("port", "8002")
        .containsEntry("label.app", "ledger");
  }

  /** As a proxy sends it. */
  private static String told(GrpcService service) {
    assertThat(service.getInitialMetadata(0).getKey()).isEqualTo("weft-workload");
    return service.getInitialMetadata(0).getValue().replace("%%", "%");
  }

  private List<Filter> connections() throws Exception {
    return Listener.parseFrom(
            compiler.resources(LEDGER, ResourceType.LISTENER).get("inbound").body().getValue())
        .getFilterChains(0)
        .getFiltersList();
  }

  @Test
  void byHttpNobodyIsAskedAboutConnections() throws Exception {
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(
                new Provider(
                    "ext",
                    new Host.Outside("192.0.2.1", 9000, List.of("192.0.2.1")),
                    5_000,
                    false,
                    0,
                    false,
                    Optional.empty(),
                    new Protocol.Http("", List.of(), Map.of(), List.of(), List.of(), List.of())))));
    ask("ext", "ledger");
    compiler.update(mesh.build());
    assertThat(compiler.resources(LEDGER, ResourceType.CLUSTER).get("authz|ext")).isNull();
    assertThat(connections()).hasSize(2);
    // Of one that there is not, nothing is known.
    mesh.with(new Delta.ProvidersConfigured(List.of()));
    compiler.update(mesh.build());
    assertThat(connections().get(1).toString()).contains("deny-due-to-bad-CUSTOM-action");
  }

  @Test
  void aServiceOfTheMeshIsAskedOverItsOwnUpstream() throws Exception {
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(provider("inner", new Host.Service("default", "orders")))));
    ask("inner", "payments");
    compiler.update(mesh.build());
    ExtAuthz filter = filters(PAYMENTS).get(1).getTypedConfig().unpack(ExtAuthz.class);
    assertThat(filter.getGrpcService().getEnvoyGrpc().getClusterName()).isEqualTo("orders.default");
    assertThat(compiler.resources(PAYMENTS, ResourceType.CLUSTER).get("orders.default"))
        .isNotNull();
    assertThat(filter.getFailureModeAllow()).isFalse();
  }

  @Test
  void tokensAreEnforcedBehindProvidersAndLookedAtBeforeOnlyWhereOneIsTold() throws Exception {
    mesh.with(
        new Delta.SecurityWritten(
            new RequestAuthentication(
                new PolicyName("default", "tokens"),
                new Attachment.Everything(),
                List.of(
                    new RequestAuthentication.JwtRule(
                        "https://issuer.example",
                        List.of(),
                        new RequestAuthentication.Keys.At("https://issuer.example/keys"),
                        List.of(),
                        List.of(),
                        List.of(),
                        false,
                        "x-payload",
                        List.of(new RequestAuthentication.ClaimHeader("x-sub", "sub")),
                        List.of(),
                        5_000)))));
    compiler.update(mesh.build());
    assertThat(filters(PAYMENTS))
        .extracting(HttpFilter::getName)
        .startsWith("envoy.filters.http.jwt_authn")
        .hasSize(2);
    Host outside = new Host.Outside("192.0.2.1", 9000, List.of("192.0.2.1"));
    Protocol http = new Protocol.Http("", List.of(), Map.of(), List.of(), List.of(), List.of());
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(
                provider("grpc", outside),
                new Provider("http", outside, 5_000, false, 0, false, Optional.empty(), http))));
    ask("http", "orders");
    ask("grpc", "payments");
    compiler.update(mesh.build());
    assertThat(filters(ORDERS))
        .extracting(HttpFilter::getName)
        .startsWith(
            "authorization.custom.http", "authorization.ask.http", "envoy.filters.http.jwt_authn");
    List<HttpFilter> asking = filters(PAYMENTS);
    assertThat(asking)
        .extracting(HttpFilter::getName)
        .startsWith(
            "authorization.tokens",
            "authorization.custom.grpc",
            "authorization.ask.grpc",
            "envoy.filters.http.jwt_authn");
    JwtAuthentication look = asking.getFirst().getTypedConfig().unpack(JwtAuthentication.class);
    assertThat(look.getProvidersMap().values())
        .singleElement()
        .satisfies(provider -> {
          assertThat(provider.getForward()).isTrue();
          assertThat(provider.getForwardPayloadHeader()).isEmpty();
          assertThat(provider.getClaimToHeadersList()).isEmpty();
          assertThat(provider.getPayloadInMetadata()).isEqualTo("presented");
        });
    assertThat(look.getRules(0).getRequires().getRequiresAny().getRequirementsList())
        .last()
        .matches(JwtRequirement::hasAllowMissingOrFailed);
    JwtAuthentication enforced = asking.get(3).getTypedConfig().unpack(JwtAuthentication.class);
    assertThat(enforced.getProvidersMap().values())
        .singleElement()
        .satisfies(provider -> {
          assertThat(provider.getForward()).isFalse();
          assertThat(provider.getPayloadInMetadata()).isEqualTo("payload");
        });
  }

  @Test
  void aProviderThatComesAndGoesChangesTheListenersThatAsk() throws Exception {
    ask("ext", "payments");
    compiler.update(mesh.build());
    Resource others = compiler.resources(ORDERS, ResourceType.LISTENER).get("inbound");
    assertThat(filters(PAYMENTS)).extracting(HttpFilter::getName).hasSize(2);
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(provider("ext", new Host.Outside("192.0.2.1", 9000, List.of("192.0.2.1"))))));
    compiler.update(mesh.build());
    assertThat(filters(PAYMENTS)).extracting(HttpFilter::getName).contains("authorization.ask.ext");
    assertThat(compiler.resources(ORDERS, ResourceType.LISTENER).get("inbound")).isSameAs(others);
    mesh.with(new Delta.ProvidersConfigured(List.of()));
    compiler.update(mesh.build());
    assertThat(filters(PAYMENTS))
        .extracting(HttpFilter::getName)
        .doesNotContain("authorization.ask.ext")
        .contains("authorization.custom.ext");
  }
}
