package dev.weft.policy.istio.decide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.authz.Permission;
import dev.weft.policy.authz.Principal;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.authz.Rule;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.Destination;
import dev.weft.policy.istio.compile.PolicyIndex;
import dev.weft.policy.istio.decide.Question.Header;
import dev.weft.policy.istio.decide.Question.Token;
import dev.weft.policy.istio.decide.Verdict.Outcome;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import dev.weft.policy.istio.read.ProvidersDocument;
import dev.weft.policy.istio.read.RequestAuthenticationDocument;
import dev.weft.policy.jwt.TestIssuer;
import dev.weft.policy.match.IpAddress;
import dev.weft.policy.match.StringMatcher;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeciderTest {
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final RbacPolicy NOBODY = new RbacPolicy(RbacPolicy.Action.DENY, List.of());
  private static final String ORDERS = "spiffe://east.demo/ns/shop/sa/orders";

  private final Map<PolicyName, AuthorizationPolicy> policies = new HashMap<>();
  private final Map<PolicyName, RequestAuthentication> requests = new HashMap<>();
  private final Map<String, Provider> providers = new HashMap<>();
  private boolean http = true;
  private final Map<String, Boolean> answers = new HashMap<>();

  private void policy(String name, String spec, String... annotations) {
    JsonNode document =
        tree(
            "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {annotations: {"
                + String.join(",", annotations)
                + "}}, spec: "
                + spec
                + "}");
    if (AuthorizationPolicyDocument.read(document, "shop", name)
        instanceof Validated.Valid<AuthorizationPolicy>(AuthorizationPolicy policy)) {
      policies.put(policy.name(), policy);
    } else {
      throw new AssertionError(AuthorizationPolicyDocument.read(document, "shop", name));
    }
  }

  private void tokens(String rule) {
    JsonNode document =
        tree(
            "{apiVersion: security.istio.io/v1, kind: RequestAuthentication, spec: {jwtRules: ["
                + rule
                + "]}}");
    if (RequestAuthenticationDocument.read(document, "shop", "tokens")
        instanceof Validated.Valid<RequestAuthentication>(RequestAuthentication policy)) {
      requests.put(policy.name(), policy);
    } else {
      throw new AssertionError(RequestAuthenticationDocument.read(document, "shop", "tokens"));
    }
  }

  private static JsonNode tree(String yaml) {
    if (Document.parse(yaml.getBytes(UTF_8), Document.Format.YAML)
        instanceof Document.Parsed(JsonNode tree)) {
      return tree;
    }
    throw new AssertionError(yaml);
  }

  private Verdict decide(String method, String path, @Nullable Token token) {
    return decide(ORDERS, method, path, token, NOBODY);
  }

  private Verdict decide(
      String identity, String method, String path, @Nullable Token token, RbacPolicy denied) {
    Target target =
        new Target(
            Workload.of("shop", "payments", Map.of()),
            new Destination(EAST, "10.0.0.1", 9001, http),
            Set.of(new TrustDomain("west.demo")),
            denied,
            true,
            Target.USUAL_HOPS);
    PolicyIndex index =
        PolicyIndex.of(
            new SecurityPolicies(policies, Map.of(), requests, Map.of(), providers), "weft-system");
    return Decider.of(index, target, InstantSource.system())
        .decide(
            new Question(
                identity,
                Objects.requireNonNull(IpAddress.parse("10.0.0.9")),
                "",
                method,
                "payments.mesh",
                path,
                List.of(new Header("x-any", "a")),
                token,
                answers));
  }

  private static List<String> stages(Verdict verdict) {
    return verdict.stages().stream()
        .map(stage ->
            stage.kind().words()
                + (stage.dryRun() ? " dry-run" : "")
                + (stage.passed() ? " passes" : " fails"))
        .toList();
  }

  @Test
  void aDefaultDenySaysWhichRulesCameNearestAndWhatTheyWant() {
    policy("readers", "{rules: [{to: [{operation: {methods: [GET]}}]}]}");
    policy("others", "{rules: [{from: [{source: {namespaces: [bank]}}]}]}");
    Verdict verdict = decide("POST", "/", null);
    assertThat(verdict.outcome()).isEqualTo(Outcome.DENY);
    assertThat(verdict.status()).isEqualTo(403);
    assertThat(verdict.rule()).isEmpty();
    assertThat(verdict.nearest())
        .extracting(miss -> miss.rule() + " wants " + miss.condition())
        .contains("ns[shop]-policy[readers]-rule[0] wants header :method \"GET\"");
    assertThat(verdict.policies()).containsExactly("shop/others", "shop/readers");
    assertThat(VerdictJson.of(verdict).path("nearest").path(0).path("rule").asText())
        .startsWith("ns[shop]-policy[");
  }

  @Test
  void theRuleThatDecidesIsNamed() {
    policy("readers", "{rules: [{to: [{operation: {methods: [GET]}}]}]}");
    policy("secret", "{action: DENY, rules: [{to: [{operation: {paths: [/secret]}}]}]}");
    Verdict allowed = decide("GET", "/", null);
    assertThat(allowed.outcome()).isEqualTo(Outcome.ALLOW);
    assertThat(allowed.policy()).isEqualTo("shop/readers");
    assertThat(stages(allowed))
        .containsExactly("mutual-tls passes", "callers passes", "deny passes", "allow passes");
    Verdict denied = decide("GET", "/a/../secret", null);
    assertThat(denied.outcome()).isEqualTo(Outcome.DENY);
    assertThat(denied.policy()).isEqualTo("shop/secret");
    assertThat(VerdictJson.of(denied).path("policy").asText()).isEqualTo("shop/secret");
  }

  @Test
  void withoutPoliciesEverythingIsAllowedAndSaidSo() {
    Verdict verdict = decide("GET", "/", null);
    assertThat(verdict.outcome()).isEqualTo(Outcome.ALLOW);
    assertThat(verdict.reason()).isEqualTo("allowed: no policy that is enforced holds for it");
    assertThat(verdict.rule()).isEmpty();
  }

  @Test
  void dryRunsAreToldNextToWhatIsEnforced() {
    String dry = "istio.io/dry-run: \"true\"";
    policy("would", "{action: DENY, rules: [{to: [{operation: {paths: [/told]}}]}]}", dry);
    policy("audit", "{action: AUDIT, rules: [{}]}");
    Verdict verdict = decide("GET", "/told", null);
    assertThat(verdict.outcome()).isEqualTo(Outcome.ALLOW);
    assertThat(stages(verdict))
        .containsExactly(
            "mutual-tls passes", "callers passes", "audit passes", "deny dry-run fails");
    assertThat(verdict.stages().getLast().rule()).isEqualTo("ns[shop]-policy[would]-rule[0]");
    assertThat(verdict.stages().get(2).reason()).startsWith("audited by rule ns[shop]");
    assertThat(verdict.rule()).isEmpty();
  }

  @Test
  void whoIsDeniedOrOfAClusterThatTheServiceIsNotForGetsNoConnection() {
    Verdict denied =
        decide(
            ORDERS,
            "GET",
            "/",
            null,
            new RbacPolicy(
                RbacPolicy.Action.DENY,
                List.of(
                    new Rule(
                        "on the list",
                        List.of(new Permission.Any()),
                        List.of(
                            new Principal.Authenticated(
                                new StringMatcher.Exact(ORDERS, false)))))));
    assertThat(denied.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(denied.reason()).isEqualTo("denied by rule on the list");
    Verdict foreign = decide("spiffe://north.demo/ns/a/sa/a", "GET", "/", null, NOBODY);
    assertThat(foreign.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(foreign.nearest()).extracting(miss -> miss.rule()).contains("west.demo");
    Verdict plain = decide("", "GET", "/", null, NOBODY);
    assertThat(plain.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(plain.reason()).contains("without TLS").contains("STRICT");
  }

  @Test
  void customWithoutAProviderDeniesAndNamesTheRule() {
    policy(
        "ask",
        "{action: CUSTOM, provider: {name: nobody}, rules: [{to: [{operation: {paths: [/ask]}}]}]}");
    assertThat(decide("GET", "/", null).outcome()).isEqualTo(Outcome.ALLOW);
    Verdict asked = decide("GET", "/ask", null);
    assertThat(asked.outcome()).isEqualTo(Outcome.DENY);
    assertThat(asked.policy()).isEqualTo("shop/ask");
    assertThat(asked.rule()).contains("bad-CUSTOM-action");
  }

  private void providers() {
    String written =
        "{name: grpc, envoyExtAuthzGrpc: {service: 127.0.0.1, port: 9000}},"
            + "{name: http, envoyExtAuthzHttp: {service: 127.0.0.1, port: 9000}}";
    if (ProvidersDocument.read(tree("{extensionProviders: [" + written + "]}"))
        instanceof Validated.Valid<ProvidersDocument>(ProvidersDocument read)) {
      read.providers().forEach(provider -> providers.put(provider.name(), provider));
    }
  }

  @Test
  void aboutConnectionsAProviderIsAskedByGrpcAlone() {
    http = false;
    providers();
    policy(
        "ask",
        "{action: CUSTOM, provider: {name: grpc},"
            + " rules: [{from: [{source: {ipBlocks: [10.0.0.9]}}],"
            + " to: [{operation: {methods: [GET]}}]}]}");
    policy("other", "{action: CUSTOM, provider: {name: http}, rules: [{}]}");
    policy("never", "{action: DENY, rules: [{from: [{source: {namespaces: [bank]}}]}]}");
    Verdict allowed = decide("POST", "/", null);
    assertThat(allowed.outcome()).isEqualTo(Outcome.ALLOW);
    assertThat(allowed.asked()).containsExactly("grpc");
    assertThat(stages(allowed))
        .containsExactly("mutual-tls passes", "callers passes", "custom passes", "deny passes");
    answers.put("grpc", false);
    Verdict denied = decide("POST", "/", null);
    assertThat(denied.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(denied.status()).isZero();
    assertThat(denied.reason()).isEqualTo("provider \"grpc\" is asked, and taken to deny");
    assertThat(stages(denied)).last().isEqualTo("custom fails");
    policies.remove(new PolicyName("shop", "ask"));
    assertThat(decide("POST", "/", null).asked()).isEmpty();
    providers.clear();
    assertThat(decide("POST", "/", null).rule()).contains("bad-CUSTOM-action");
  }

  @Test
  void aProviderIsAskedBeforeTokensAreHeldAgainstTheirRules() {
    providers();
    tokens(
        "{issuer: \"https://issuer.example\", jwks: '"
            + TestIssuer.set(TestIssuer.fresh("ES256", "k").jwk())
            + "'}");
    policy("ask", "{action: CUSTOM, provider: {name: grpc}, rules: [{}]}");
    policy("known", "{rules: [{from: [{source: {requestPrincipals: [\"*/alice\"]}}]}]}");
    String claims = "{\"iss\":\"https://issuer.example\",\"sub\":\"alice\"}";
    Verdict allowed = decide("GET", "/", new Token.Claims(claims, true));
    assertThat(stages(allowed))
        .containsExactly(
            "mutual-tls passes",
            "callers passes",
            "custom passes",
            "tokens passes",
            "allow passes");
    answers.put("grpc", false);
    Verdict denied = decide("GET", "/", new Token.Claims(claims, false));
    assertThat(denied.status()).isEqualTo(403);
    assertThat(stages(denied)).last().isEqualTo("custom fails");
    answers.put("grpc", true);
    assertThat(decide("GET", "/", new Token.Claims(claims, false)).status()).isEqualTo(401);
  }

  @Test
  void aTokenThatSomebodyMadeIsHeldAgainstTheKeys() {
    TestIssuer issuer = TestIssuer.fresh("ES256", "one");
    tokens("{issuer: \"https://issuer.example\", jwks: '" + TestIssuer.set(issuer.jwk()) + "'}");
    policy("known", "{rules: [{from: [{source: {requestPrincipals: [\"*/alice\"]}}]}]}");
    String claims = "{\"iss\":\"https://issuer.example\",\"sub\":\"alice\"}";
    assertThat(decide("GET", "/", new Token.Text(issuer.token(claims))).outcome())
        .isEqualTo(Outcome.ALLOW);
    Verdict forged =
        decide("GET", "/", new Token.Text(TestIssuer.fresh("ES256", "one").token(claims)));
    assertThat(forged.outcome()).isEqualTo(Outcome.UNAUTHENTICATED);
    assertThat(forged.status()).isEqualTo(401);
    assertThat(forged.reason()).isEqualTo("refused: Jwt verification fails");
    assertThat(decide("GET", "/", new Token.Claims(claims, true)).outcome())
        .isEqualTo(Outcome.ALLOW);
    assertThat(decide("GET", "/", new Token.Claims(claims, false)).outcome())
        .isEqualTo(Outcome.UNAUTHENTICATED);
    assertThat(decide("GET", "/", null).outcome()).isEqualTo(Outcome.DENY);
  }

  @Test
  void aMadeUpTokenIsWorthNothingWhereItIsSentAsAToken() {
    tokens(
        "{issuer: \"https://issuer.example\", jwks: '"
            + TestIssuer.set(TestIssuer.fresh("ES256", "one").jwk())
            + "'}");
    SampleRequest made =
        Objects.requireNonNull(
            SampleRequest.of(
                new Question(
                    ORDERS,
                    Objects.requireNonNull(IpAddress.parse("10.0.0.9")),
                    "",
                    "GET",
                    "payments.mesh",
                    "/",
                    List.of(),
                    new Token.Claims("{\"iss\":\"https://issuer.example\"}", true),
                    Map.of())));
    String token =
        Objects.requireNonNull(made.field("authorization")).substring("Bearer ".length());
    assertThat(decide("GET", "/", new Token.Text(token)).outcome())
        .isEqualTo(Outcome.UNAUTHENTICATED);
  }

  @Test
  void reasonsHoldNothingOfHeadersAndTokens() {
    policy("key", "{rules: [{when: [{key: \"request.headers[x-key]\", values: [s3cret]}]}]}");
    tokens(
        "{issuer: \"https://issuer.example\", jwks: '"
            + TestIssuer.set(TestIssuer.fresh("ES256", "k").jwk())
            + "'}");
    Verdict verdict =
        decide(
            "GET",
            "/",
            new Token.Claims("{\"iss\":\"https://issuer.example\",\"sub\":\"pa55\"}", true));
    assertThat(verdict.outcome()).isEqualTo(Outcome.DENY);
    assertThat(VerdictJson.of(verdict).toString()).doesNotContain("s3cret").doesNotContain("pa55");
  }
}
