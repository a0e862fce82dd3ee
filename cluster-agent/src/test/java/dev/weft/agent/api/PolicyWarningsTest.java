package dev.weft.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.policy.document.Problem;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.Attribute;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.AuthorizationPolicy.Rule;
import dev.weft.policy.istio.AuthorizationPolicy.Term;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.RequestAuthentication.JwtRule;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.ChainPolicies;
import dev.weft.policy.istio.compile.PolicyIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PolicyWarningsTest {
  private static final Keys KEYS = new Keys.At("https://keys.example");

  private final MeshStateBuilder mesh =
      new MeshStateBuilder()
          .instance("payments", "payments-1", 9001, Health.PASSING)
          .instance("ledger", "ledger-1", 9002, Health.PASSING, "protocol", "tcp")
          .sidecar("payments-1", "payments", 15106, 9001);

  private List<String> warnings(SecurityPolicy... policies) {
    for (SecurityPolicy policy : policies) {
      mesh.with(new Delta.SecurityWritten(policy));
    }
    return PolicyWarnings.of(mesh.build(), keys -> keys.equals(KEYS) ? "no answer in time" : "")
        .stream()
        .map(PolicyWarning::message)
        .toList();
  }

  private static AuthorizationPolicy policy(Action action, Attachment attachment, Rule... rules) {
    return new AuthorizationPolicy(
        new PolicyName("default", "a"), attachment, action, "ext", false, List.of(rules));
  }

  private static PeerAuthentication peers(String namespace, Attachment attachment, Mode mode) {
    return new PeerAuthentication(new PolicyName(namespace, "a"), attachment, "", mode, Map.of());
  }

  private static Rule asking(Attribute attribute, String... values) {
    return new Rule(
        List.of(),
        List.of(List.of(new Term(attribute, "", List.of(values), List.of()))),
        List.of());
  }

  @Test
  void nothingIsOddAboutWhatDoesWhatItSays() {
    assertThat(
            warnings(
                policy(
                    Action.DENY,
                    new Attachment.Labels(Map.of("app", "payments")),
                    asking(Attribute.PATH, "/admin")),
                peers("default", new Attachment.Everything(), Mode.PERMISSIVE)))
        .isEmpty();
  }

  @Test
  void nobodyIsSelected() {
    assertThat(
            warnings(
                policy(Action.ALLOW, new Attachment.Services(Set.of("nobody"))),
                peers(
                    "weft-system", new Attachment.Labels(Map.of("app", "payments")), Mode.STRICT)))
        .containsExactly(
            "no workload of this cluster is what it selects",
            "labels in the root namespace are nobody's: it holds for no workload");
  }

  @Test
  void aSecondForAWholeNamespaceDoesNotCount() {
    PeerAuthentication older =
        new PeerAuthentication(
            new PolicyName("default", "z"),
            new Attachment.Everything(),
            "2026-01-01T00:00:00Z",
            Mode.PERMISSIVE,
            Map.of());
    PeerAuthentication later = peers("default", new Attachment.Everything(), Mode.DISABLE);
    assertThat(warnings(older, later, peers("other", new Attachment.Everything(), Mode.PERMISSIVE)))
        .containsExactly(
            "it does not count: default/z is for all of the namespace, too, and is older");
    PolicyIndex index = PolicyIndex.of(mesh.build().security(), "weft-system");
    assertThat(index.mode(Workload.of("default", "payments", Map.of()), 9001))
        .isEqualTo(Mode.PERMISSIVE);
  }

  @Test
  void whatTheReaderRemarkedIsTold() {
    assertThat(
            warnings(
                new AuthorizationPolicy(
                    new PolicyName("default", "a"),
                    new Attachment.Everything(),
                    Action.DENY,
                    "",
                    false,
                    List.of(asking(Attribute.PORT, "1")),
                    List.of("a remark"))))
        .containsExactly("a remark");
  }

  @Test
  void requestsAreAskedForWhereThereAreNone() {
    assertThat(
            warnings(
                policy(
                    Action.DENY,
                    new Attachment.Everything(),
                    asking(Attribute.PORT, "1"),
                    asking(Attribute.METHOD, "GET"))))
        .containsExactly(
            "rule 1 asks for requests, which [default/ledger] has none of: it is held there without"
                + " what it asks of requests");
  }

  @Test
  void nobodyCanBeAsked() {
    assertThat(warnings(policy(Action.CUSTOM, new Attachment.Everything())))
        .singleElement()
        .asString()
        .contains("no provider \"ext\"");
  }

  private static Provider provider(Provider.Host host) {
    return new Provider(
        "ext", host, 1_000, false, 0, false, Optional.empty(), new Provider.Protocol.Grpc());
  }

  @Test
  void whoIsAskedIsNotThereOrIsAskedAboutItself() {
    AuthorizationPolicy ask =
        policy(Action.CUSTOM, new Attachment.Labels(Map.of("app", "payments")));
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(provider(new Provider.Host.Outside("a.example", 1, List.of())))));
    assertThat(warnings(ask)).singleElement().asString().contains("no address is known");
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(provider(new Provider.Host.Service("default", "nobody")))));
    assertThat(warnings(ask)).singleElement().asString().contains("there is no instance");
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(provider(new Provider.Host.Service("default", "payments")))));
    assertThat(warnings(ask)).singleElement().asString().contains("about what comes to itself");
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(provider(new Provider.Host.Outside("192.0.2.1", 1, List.of("192.0.2.1"))))));
    assertThat(warnings(ask)).isEmpty();
    // About connections by gRPC as about requests, by HTTP not at all.
    AuthorizationPolicy all = policy(Action.CUSTOM, new Attachment.Everything());
    assertThat(warnings(all)).isEmpty();
    mesh.with(
        new Delta.ProvidersConfigured(
            List.of(
                new Provider(
                    "ext",
                    new Provider.Host.Outside("192.0.2.1", 1, List.of("192.0.2.1")),
                    1_000,
                    false,
                    0,
                    false,
                    Optional.empty(),
                    new Provider.Protocol.Http(
                        "", List.of(), Map.of(), List.of(), List.of(), List.of())))));
    assertThat(warnings(all))
        .singleElement()
        .asString()
        .contains("about [default/ledger] nobody is asked");
    assertThat(warnings(ask)).isEmpty();
  }

  @Test
  void keysWereNeverFetched() {
    JwtRule rule =
        new JwtRule(
            "issuer", List.of(), KEYS, List.of(), List.of(), List.of(), false, "", List.of(),
            List.of(), 500);
    RequestAuthentication tokens =
        new RequestAuthentication(
            new PolicyName("default", "a"), new Attachment.Everything(), List.of(rule));
    assertThat(warnings(tokens)).singleElement().asString().endsWith("no answer in time");
    mesh.with(new Delta.KeysFetched(KEYS, "{}"));
    assertThat(warnings(tokens)).isEmpty();
  }

  @Test
  void moreRulesAboutTokensThanASidecarTakes() {
    List<JwtRule> rules = new ArrayList<>();
    for (int i = 0; i < 65; i++) {
      rules.add(
          new JwtRule(
              "issuer" + i,
              List.of(),
              new Keys.Inline("{}"),
              List.of(),
              List.of(),
              List.of(),
              false,
              "",
              List.of(),
              List.of(),
              500));
    }
    Attachment payments = new Attachment.Labels(Map.of("app", "payments"));
    RequestAuthentication some =
        new RequestAuthentication(new PolicyName("default", "a"), payments, rules.subList(0, 64));
    RequestAuthentication more =
        new RequestAuthentication(
            new PolicyName("weft-system", "b"), new Attachment.Everything(), rules.subList(64, 65));
    assertThat(warnings(some)).isEmpty();
    assertThat(warnings(some, more))
        .containsExactly(
            "for workloads of default/payments 65 rules would hold, of at most 64: everything is"
                + " denied to it");
    PolicyIndex index = PolicyIndex.of(mesh.build().security(), "weft-system");
    ChainPolicies closed = index.of(Workload.of("default", "payments", Map.of()));
    assertThat(closed.tokens()).isEmpty();
    assertThat(closed.authorization())
        .singleElement()
        .satisfies(policy -> assertThat(policy.action()).isEqualTo(Action.DENY))
        .satisfies(policy -> assertThat(policy.rules().getFirst().from()).isEmpty());
    assertThat(index.of(Workload.of("default", "ledger", Map.of())).tokens()).hasSize(1);
  }

  @Test
  void rulesThatWouldBeTooManyAreNotTaken() throws Exception {
    ObjectMapper json = new ObjectMapper();
    String head =
        "{\"apiVersion\": \"security.istio.io/v1\", \"kind\": \"RequestAuthentication\","
            + " \"metadata\": {}, \"spec\": ";
    String forPayments = "\"selector\": {\"matchLabels\": {\"app\": \"payments\"}}, ";
    JsonNode sixty = json.readTree(head + "{" + forPayments + "\"jwtRules\": " + rules(60) + "}}");
    JsonNode five = json.readTree(head + "{\"jwtRules\": " + rules(5) + "}}");
    JsonNode many = json.readTree(head + "{\"jwtRules\": " + rules(65) + "}}");
    Map<String, JsonNode> others = Map.of("default/a", sixty);
    assertThat(TokenRuleLimit.problems(five, "default", "b", others, mesh.build()))
        .containsExactly(
            new Problem(
                "spec.jwtRules",
                "for workloads of default/payments 65 rules would hold, of at most 64"));
    assertThat(TokenRuleLimit.problems(five, "elsewhere", "b", others, mesh.build())).isEmpty();
    assertThat(TokenRuleLimit.problems(sixty, "default", "a", Map.of(), mesh.build())).isEmpty();
    assertThat(TokenRuleLimit.problems(many, "elsewhere", "c", Map.of(), mesh.build()))
        .extracting(Problem::field)
        .containsExactly("spec.jwtRules");
  }

  private static String rules(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{\"issuer\": \"https://issuer" + i + ".example\"}")
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void aSidecarOfSeveralApplicationsCannotBePermissive() {
    mesh.instance("payments", "payments-2", 9003, Health.PASSING)
        .sidecar("payments-1", "payments", 15106, 9001, 9003);
    assertThat(warnings(peers("default", new Attachment.Everything(), Mode.PERMISSIVE)))
        .hasSize(2)
        .allMatch(text -> text.contains("fronts several applications"));
  }
}
