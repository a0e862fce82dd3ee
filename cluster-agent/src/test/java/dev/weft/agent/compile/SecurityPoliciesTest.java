package dev.weft.agent.compile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.SecurityPolicy.Kind;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.PeerAuthenticationDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Security resources, and what sidecars on both sides of a connection get of them. */
class SecurityPoliciesTest {
  /** A public key (RFC 7515 appendix A.3): sidecars refuse a set without one. */
  private static final String FETCHED =
      "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"1\","
          + "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
          + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

  private static final NodeAnnouncement PAYMENTS =
      MeshStateBuilder.node("payments-1", "payments", 15106, true, 9001);
  private static final NodeAnnouncement ORDERS =
      MeshStateBuilder.node("orders-1", "orders", 15306, true, 8001);
  private static final String SERVER_NAME = "9001.payments.default.east.demo";

  private final MeshStateBuilder mesh =
      MeshStateBuilder.untraced()
          .instance("payments", "payments-1", 9001, Health.PASSING)
          .instance("orders", "orders-1", 8001, Health.PASSING, "protocol", "tcp")
          .sidecar("payments-1", "payments", 15106, 9001)
          .sidecar("orders-1", "orders", 15306, 8001);
  private final Compiler compiler = new Compiler();

  private void write(String kind, String namespace, String name, String spec) {
    String text =
        "apiVersion: security.istio.io/v1\nkind: " + kind + "\nmetadata: {}\nspec: " + spec + "\n";
    JsonNode tree =
        switch (Document.parse(text.getBytes(UTF_8), Document.Format.YAML)) {
          case Document.Parsed(JsonNode parsed) -> parsed;
          case Document.Malformed malformed -> throw new AssertionError(malformed);
        };
    Validated<? extends SecurityPolicy> read =
        switch (kind) {
          case "PeerAuthentication" -> PeerAuthenticationDocument.read(tree, namespace, name);
          case "RequestAuthentication" -> RequestAuthenticationDocument.read(tree, namespace, name);
          default -> AuthorizationPolicyDocument.read(tree, namespace, name);
        };
    switch (read) {
      case Validated.Valid<? extends SecurityPolicy>(SecurityPolicy policy) ->
          mesh.with(new Delta.SecurityWritten(policy));
      case Validated.Invalid<? extends SecurityPolicy> invalid -> throw new AssertionError(invalid);
    }
  }

  private Listener inbound(NodeAnnouncement node) throws IOException {
    compiler.update(mesh.build());
    return Listener.parseFrom(
        compiler.resources(node, ResourceType.LISTENER).get("inbound").body().getValue());
  }

  private Resource resource() {
    compiler.update(mesh.build());
    return compiler.resources(PAYMENTS, ResourceType.LISTENER).get("inbound");
  }

  @Test
  void whatIsSent() throws IOException {
    write("PeerAuthentication", "default", "all", "{mtls: {mode: PERMISSIVE}}");
    write(
        "RequestAuthentication",
        "default",
        "tokens",
        "{jwtRules: [{issuer: 'https://issuer.example', audiences: [shop], jwksUri: 'https://keys.example'},"
            + " {issuer: 'https://another.example', fromHeaders: [{name: x-token}]}]}");
    mesh.with(new Delta.KeysFetched(new Keys.At("https://keys.example"), FETCHED));
    write("AuthorizationPolicy", "weft-system", "nothing", "{}");
    write(
        "AuthorizationPolicy",
        "default",
        "allow",
        """
        {rules: [{
          from: [{source: {principals: ["cluster.local/ns/default/sa/orders"], namespaces: [shop]}},
                 {source: {requestPrincipals: ["https://issuer.example/*"]}}],
          to: [{operation: {paths: ["/a/{*}", "/b*"], methods: [GET], ports: ["9001", "1"]}}],
          when: [{key: "request.auth.claims[groups]", values: [staff]},
                 {key: "experimental.envoy.filters.http.other[x]", values: ["[y]", z]}]}]}
        """);
    write(
        "AuthorizationPolicy",
        "default",
        "deny",
        "{action: DENY, rules: [{from: [{source: {notTrustDomains: [cluster.local]}}], to: [{operation: {hosts: [a]}}]}]}");
    write("AuthorizationPolicy", "default", "audit", "{action: AUDIT, rules: [{}]}");
    compiler.update(mesh.build());
    Golden.check("policies-http", compiler.resources(PAYMENTS, ResourceType.LISTENER));
    Golden.check("policies-tcp", compiler.resources(ORDERS, ResourceType.LISTENER));
  }

  @Test
  void aListenerIsMadeAgainOnlyForWhatConcernsIt() {
    Resource before = resource();
    write("AuthorizationPolicy", "elsewhere", "deny", "{action: DENY, rules: [{}]}");
    write(
        "AuthorizationPolicy",
        "default",
        "others",
        "{selector: {matchLabels: {app: orders}}, action: DENY, rules: [{}]}");
    assertThat(resource()).isSameAs(before);
    write("AuthorizationPolicy", "default", "deny", "{action: DENY, rules: [{}]}");
    assertThat(resource().version()).isNotEqualTo(before.version());
    mesh.with(new Delta.SecurityRemoved(Kind.AUTHORIZATION, new PolicyName("default", "deny")));
    assertThat(resource().version()).isEqualTo(before.version());
  }

  @Test
  void callersGoWithoutTlsOnceTheOtherSideLetsThemIn() throws IOException {
    write("PeerAuthentication", "default", "all", "{mtls: {mode: DISABLE}}");
    assertThat(inbound(PAYMENTS).getFilterChainsList())
        .extracting(FilterChain::getName)
        .containsExactly(SERVER_NAME, "plaintext|" + SERVER_NAME);
    mesh.with(new Delta.NodeServes("payments-1", Set.of(SERVER_NAME)));
    assertThat(sockets()).containsExactly("east");
    assertThat(metadata()).containsExactly("cluster");
    mesh.with(new Delta.NodeServes("payments-1", Set.of(SERVER_NAME, "plaintext|" + SERVER_NAME)));
    assertThat(sockets()).containsExactly("plaintext", "east");
    assertThat(metadata()).containsExactlyInAnyOrder("cluster", "mtls");
    write("PeerAuthentication", "default", "all", "{mtls: {mode: PERMISSIVE}}");
    assertThat(sockets()).containsExactly("east");
    assertThat(metadata()).containsExactly("cluster");
  }

  @Test
  void aSidecarOfSeveralApplicationsStaysStrict() throws IOException {
    write("PeerAuthentication", "default", "all", "{mtls: {mode: PERMISSIVE}}");
    mesh.instance("payments", "payments-2", 9002, Health.PASSING)
        .sidecar("payments-1", "payments", 15106, 9001, 9002);
    assertThat(inbound(MeshStateBuilder.node("payments-1", "payments", 15106, true, 9001, 9002)))
        .extracting(Listener::getFilterChainsList)
        .satisfies(chains ->
            assertThat(chains)
                .extracting(chain -> chain.getFilterChainMatch().getTransportProtocol())
                .containsExactly("tls", "tls"));
  }

  private List<String> sockets() throws IOException {
    compiler.update(mesh.build());
    return Cluster.parseFrom(
            compiler
                .resources(ORDERS, ResourceType.CLUSTER)
                .get("payments.default")
                .body()
                .getValue())
        .getTransportSocketMatchesList()
        .stream()
        .map(Cluster.TransportSocketMatch::getName)
        .toList();
  }

  private Set<String> metadata() throws IOException {
    compiler.update(mesh.build());
    return ClusterLoadAssignment.parseFrom(
            compiler
                .resources(ORDERS, ResourceType.ENDPOINTS)
                .get("payments.default")
                .body()
                .getValue())
        .getEndpoints(0)
        .getLbEndpoints(0)
        .getMetadata()
        .getFilterMetadataOrThrow("envoy.transport_socket_match")
        .getFieldsMap()
        .keySet();
  }
}
