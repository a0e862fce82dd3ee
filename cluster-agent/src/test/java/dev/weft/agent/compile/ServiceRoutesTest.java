package dev.weft.agent.compile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServiceRoute;
import dev.weft.agent.model.validate.ServiceRouteDocument;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes as owners, consumers and delegates write them, and what callers get of them. */
class ServiceRoutesTest {
  private static final NodeAnnouncement NEIGHBOUR =
      MeshStateBuilder.node("caller", "orders", 15006, true);
  private static final NodeAnnouncement CONSUMER = in("shop");
  private static final NodeAnnouncement STRANGER = in("elsewhere");

  private final MeshStateBuilder mesh =
      new MeshStateBuilder()
          .instance("payments", "payments-1", 9001, Health.PASSING)
          .sidecar("payments-1", "payments", 15106, 9001);
  private final Compiler compiler = new Compiler();

  private static NodeAnnouncement in(String namespace) {
    return new NodeAnnouncement(
        "caller-" + namespace,
        NodeAnnouncement.Role.SIDECAR,
        new SpiffeId(NEIGHBOUR.identity().trustDomain(), namespace, "orders"),
        NEIGHBOUR.inbound(),
        NEIGHBOUR.outbound(),
        NEIGHBOUR.workloads(),
        null,
        null,
        NEIGHBOUR.features());
  }

  private static JsonNode tree(String spec) {
    String text =
        "apiVersion: mesh.weft.dev/v1\nkind: ServiceRoute\nmetadata: {}\nspec: " + spec + "\n";
    return Document.parse(text.getBytes(UTF_8), Document.Format.YAML)
            instanceof Document.Parsed(JsonNode tree)
        ? tree
        : com.fasterxml.jackson.databind.node.NullNode.instance;
  }

  private static ServiceRoute route(String namespace, String name, String spec) {
    Validated<ServiceRoute> read = ServiceRouteDocument.read(tree(spec), namespace, name);
    assertThat(read).isInstanceOf(Validated.Valid.class);
    return ((Validated.Valid<ServiceRoute>) read).value();
  }

  private void write(String namespace, String name, String spec) {
    mesh.with(new Delta.RouteWritten(route(namespace, name, spec)));
  }

  private VirtualHost payments(NodeAnnouncement caller) throws InvalidProtocolBufferException {
    compiler.update(mesh.build());
    Resource outbound = compiler.resources(caller, ResourceType.ROUTES).get("outbound");
    return RouteConfiguration.parseFrom(outbound.body().getValue()).getVirtualHosts(0);
  }

  /** Those that take what may not be repeated too: one of each pair. */
  private List<Route> rules(NodeAnnouncement caller) throws InvalidProtocolBufferException {
    return payments(caller).getRoutesList().stream()
        .filter(route -> !route.getName().endsWith("/repeatable"))
        .toList();
  }

  private List<String> names(NodeAnnouncement caller) throws InvalidProtocolBufferException {
    return rules(caller).stream()
        .map(route -> route.getName().replace("payments.default/", ""))
        .toList();
  }

  @Test
  void anOwnersRulesComeBeforeTheServicesOwnRoutes() throws Exception {
    write(
        "default",
        "payments",
        """
        {service: {name: payments}, rules: [
          {matches: [{path: {exact: /v2}, method: GET, headers: {X-Canary: "1"}}],
           to: [{service: payments-v2, weight: 9}, {service: old, namespace: attic}], timeout: 3s},
          {matches: [{path: {prefix: /a}}, {path: {prefix: /}}], to: [{service: payments-v2}]}]}
        """);
    assertThat(names(STRANGER))
        .containsExactly(
            "default/payments/0/unreached-only",
            "default/payments/1/unreached-only",
            "default/payments/1/unreached-only",
            "unreached-only");
    Route first = rules(STRANGER).getFirst();
    assertThat(first.getMatch().getPath()).isEqualTo("/v2");
    assertThat(first.getMatch().getHeadersList())
        .extracting(header -> header.getName() + " " + header.getStringMatch().getExact())
        .containsExactly(":method GET", "x-canary 1");
    assertThat(first.getRoute().getTimeout().getSeconds()).isEqualTo(3);
    assertThat(first.getRoute().getWeightedClusters().getClustersList())
        .extracting(share -> share.getName() + " " + share.getWeight().getValue())
        .containsExactly("payments-v2.default 9", "old.attic 1");
    assertThat(rules(STRANGER).get(1).getMatch().getPathSeparatedPrefix()).isEqualTo("/a");
    assertThat(rules(STRANGER).get(2).getMatch().getPrefix()).isEqualTo("/");
  }

  @Test
  void aConsumersRulesAreForItsOwnNamespaceAndComeFirst() throws Exception {
    write("default", "owner", "{service: {name: payments}, rules: [{to: [{service: a}]}]}");
    write(
        "shop",
        "mine",
        "{service: {name: payments, namespace: default}, rules: [{to: [{service: stub}]}]}");
    assertThat(names(CONSUMER))
        .containsExactly(
            "shop/mine/0/unreached-only", "default/owner/0/unreached-only", "unreached-only");
    assertThat(rules(CONSUMER).getFirst().getRoute().getCluster()).isEqualTo("stub.shop");
    assertThat(names(STRANGER)).containsExactly("default/owner/0/unreached-only", "unreached-only");
    assertThat(names(NEIGHBOUR)).isEqualTo(names(STRANGER));
    mesh.with(
        new Delta.RouteRemoved(route("default", "owner", "{rules: [{to: [{service: a}]}]}").key()));
    assertThat(names(STRANGER)).containsExactly("unreached-only");
  }

  @Test
  void aDelegateGetsNoMoreThanItWasGiven() throws Exception {
    write(
        "default",
        "payments",
        """
        {service: {name: payments}, rules: [
          {matches: [{path: {prefix: /admin}, method: GET}], delegate: {name: admin, namespace: ops}}]}
        """);
    write(
        "ops",
        "admin",
        """
        {rules: [
          {matches: [{path: {prefix: /admin/users}}], to: [{service: users}]},
          {matches: [{path: {exact: /administrators}}], to: [{service: evil}]},
          {matches: [{path: {prefix: /other}}], to: [{service: evil}]},
          {matches: [{method: POST}], to: [{service: evil}]},
          {matches: [{path: {prefix: /}, method: GET}], to: [{service: all}]},
          {to: [{service: rest}]}]}
        """);
    List<Route> rules = rules(STRANGER);
    assertThat(rules)
        .extracting(route -> route.getRoute().getCluster())
        .containsExactly("users.ops", "all.ops", "rest.ops", "payments.default");
    assertThat(rules)
        .extracting(Route::getMatch)
        .extracting(RouteMatch::getPathSeparatedPrefix)
        .containsExactly("/admin/users", "/admin", "/admin", "");
    assertThat(rules.get(2).getMatch().getHeaders(0).getStringMatch().getExact()).isEqualTo("GET");
  }

  @Test
  void aDelegateThatIsNotThereOrLeadsBackAnswers503() throws Exception {
    write(
        "default",
        "payments",
        "{service: {name: payments}, rules: [{matches: [{path: {prefix: /a}}], delegate: {name: gone}}]}");
    assertThat(rules(STRANGER).getFirst().getDirectResponse().getStatus()).isEqualTo(503);
    // Written by two agents at once, which the check of one document cannot see.
    write("default", "gone", "{rules: [{delegate: {name: payments}}]}");
    assertThat(rules(STRANGER).getFirst().getDirectResponse().getStatus()).isEqualTo(503);
    assertThat(rules(STRANGER).getFirst().getMatch().getPathSeparatedPrefix()).isEqualTo("/a");
  }

  @Test
  void waysBackAreRefused() {
    Map<String, JsonNode> others =
        Map.of(
            "ops/b", tree("{rules: [{to: [{service: x}]}, {delegate: {name: c}}]}"),
            "ops/c", tree("{rules: [{delegate: {name: a, namespace: default}}]}"),
            "ops/d", tree("{rules: [{delegate: {name: d}}]}"));
    ServiceRoute back =
        route(
            "default",
            "a",
            "{rules: [{to: [{service: x}]}, {delegate: {name: b, namespace: ops}}]}");
    assertThat(ServiceRouteDocument.cycle(back, others))
        .extracting(Problem::field)
        .isEqualTo("spec.rules[1].delegate");
    ServiceRoute self = route("default", "a", "{rules: [{delegate: {name: a}}]}");
    assertThat(ServiceRouteDocument.cycle(self, Map.of())).isNotNull();
    ServiceRoute beside = route("default", "a", "{rules: [{delegate: {name: d, namespace: ops}}]}");
    assertThat(ServiceRouteDocument.cycle(beside, others)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec.rules | {}",
        "spec.rules | {rules: []}",
        "spec.other | {other: 1, rules: [{to: [{service: a}]}]}",
        "spec.service.name | {service: {}, rules: [{to: [{service: a}]}]}",
        "spec.service.name | {service: {name: A_b}, rules: [{to: [{service: a}]}]}",
        "spec.rules[0].to | {rules: [{}]}",
        "spec.rules[0].to | {rules: [{to: []}]}",
        "spec.rules[0].to | {rules: [{to: [{service: a}], delegate: {name: b}}]}",
        "spec.rules[0].to | {rules: [{to: [{service: a, weight: 0}]}]}",
        "spec.rules[0].to[0].service | {rules: [{to: [{}]}]}",
        "spec.rules[0].to[0].weight | {rules: [{to: [{service: a, weight: -1}]}]}",
        "spec.rules[0].delegate.name | {rules: [{delegate: {}}]}",
        "spec.rules[0].timeout | {rules: [{to: [{service: a}], timeout: soon}]}",
        "spec.rules[0].timeout | {rules: [{delegate: {name: a}, timeout: 1s}]}",
        "spec.rules[0].matches | {rules: [{matches: [], to: [{service: a}]}]}",
        "spec.rules[0].matches[0].path | {rules: [{matches: [{path: {}}], to: [{service: a}]}]}",
        "spec.rules[0].matches[0].path.prefix | {rules: [{matches: [{path: {prefix: /a/}}], to: [{service: a}]}]}",
        "spec.rules[0].matches[0].path.exact | {rules: [{matches: [{path: {exact: a}}], to: [{service: a}]}]}",
        "spec.rules[0].matches[0].method | {rules: [{matches: [{method: G T}], to: [{service: a}]}]}",
        "spec.rules[0].matches[0].headers[\"x y\"] | {rules: [{matches: [{headers: {x y: a}}], to: [{service: a}]}]}",
      })
  void badInputNamesTheField(String field, String spec) {
    Validated<ServiceRoute> read = ServiceRouteDocument.read(tree(spec), "default", "a");
    assertThat(read).isInstanceOf(Validated.Invalid.class);
    assertThat(((Validated.Invalid<ServiceRoute>) read).problems())
        .extracting(Problem::field)
        .contains(field);
  }
}
