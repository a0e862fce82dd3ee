package dev.weft.policy.istio.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken of the three kinds, and that everything else is refused with its field. */
class SecurityDocumentsTest {
  /** A public key. */
  private static final String X = "BRAe1aht9atZ5xTcSq8rjpdlrQcXoYC1D0R2FTnM6zU";

  private static final String Y = "riEVy3rrjQjQyLjENWLCK7ylTa4Cht378P8cZUsPA8w";

  private static JsonNode document(String kind, String rest) {
    String text = "apiVersion: security.istio.io/v1\nkind: " + kind + "\n" + rest;
    return switch (Document.parse(text.getBytes(UTF_8), Document.Format.YAML)) {
      case Document.Parsed(JsonNode tree) -> tree;
      case Document.Malformed malformed -> throw new AssertionError(malformed);
    };
  }

  private static List<String> fields(Validated<?> validated) {
    return switch (validated) {
      case Validated.Valid<?> _ -> List.of();
      case Validated.Invalid<?>(List<Problem> problems) ->
          problems.stream().map(Problem::field).toList();
    };
  }

  private static List<String> policy(String rest) {
    return fields(
        AuthorizationPolicyDocument.read(document("AuthorizationPolicy", rest), "foo", "a.policy"));
  }

  private static List<String> spec(String spec) {
    return policy("spec: " + spec);
  }

  private static List<String> source(String source) {
    return spec("{rules: [{from: [{source: " + source + "}]}]}");
  }

  private static List<String> operation(String operation) {
    return spec("{rules: [{to: [{operation: " + operation + "}]}]}");
  }

  private static List<String> when(String condition) {
    return spec("{rules: [{when: [" + condition + "]}]}");
  }

  private static List<String> rule(String rule) {
    return fields(
        RequestAuthenticationDocument.read(
            document("RequestAuthentication", "spec: {jwtRules: [" + rule + "]}"), "foo", "a"));
  }

  private static List<String> peers(String spec) {
    return fields(
        PeerAuthenticationDocument.read(
            document("PeerAuthentication", "spec: " + spec), "foo", "a"));
  }

  @Test
  void whatAKubernetesApiServerAddsIsNoObstacle() {
    Validated<AuthorizationPolicy> read =
        AuthorizationPolicyDocument.read(
            document(
                "AuthorizationPolicy",
                """
                metadata:
                  name: a.policy
                  namespace: foo
                  uid: 1b671a64-40d5-491e-99b0-da01ff1f3341
                  resourceVersion: "12"
                  generation: 3
                  creationTimestamp: "2024-05-01T10:00:00Z"
                  annotations: {istio.io/dry-run: "true", other: x}
                  managedFields: [{manager: kubectl, operation: Apply}]
                spec:
                  selector: {matchLabels: {app: httpbin, version: v1}}
                  action: DENY
                  rules: [{}]
                status: {}
                """),
            "foo",
            "a.policy");
    AuthorizationPolicy policy = ((Validated.Valid<AuthorizationPolicy>) read).value();
    assertThat(policy.dryRun()).isTrue();
    assertThat(policy.attachment())
        .isEqualTo(new Attachment.Labels(Map.of("app", "httpbin", "version", "v1")));
    assertThat(policy.rules()).hasSize(1);
  }

  @Test
  void anEmptySpecAllowsNothing() {
    assertThat(spec("{}")).isEmpty();
    assertThat(policy("")).isEmpty();
    assertThat(spec("{action: DENY}")).containsExactly("spec.rules");
    assertThat(spec("{action: DENY, rules: []}")).containsExactly("spec.rules");
    assertThat(spec("{action: CUSTOM, provider: {name: ext}}")).containsExactly("spec.rules");
  }

  @Test
  void aFieldWithNothingBehindItIsAbsent() {
    assertThat(policy("metadata:\n  creationTimestamp:\nspec:\n  selector:\n  rules:\n")).isEmpty();
    assertThat(spec("{rules: [{from: , to: , when: }]}")).isEmpty();
    assertThat(peers("{mtls: }")).isEmpty();
  }

  @Test
  void everyProblemOfAPolicyIsNamed() {
    assertThat(
            policy(
                """
                metadata: {name: b, annotations: {istio.io/dry-run: maybe}, owner: me}
                spec:
                  selector: {matchLabels: {app: "http*", "": x}, other: 1}
                  targetRef: {kind: Gateway, name: Bad, namespace: bar, group: apps}
                  action: deny
                  provider: {name: ext}
                  priority: 7
                  rules:
                  - from: []
                    to: [{operation: {}}, {}]
                    when: [{key: source.colour, values: [red]}, {values: [x]}, {key: source.ip}]
                    unless: []
                  - from: [{source: {principals: [""], ipBlocks: ["10.0.0"], serviceAccounts: ["a*"]}}]
                  - null
                """))
        .containsExactlyInAnyOrder(
            "metadata.name",
            "metadata.owner",
            "spec.priority",
            "spec.targetRef",
            "spec.selector.other",
            "spec.selector.matchLabels[\"app\"]",
            "spec.selector.matchLabels[\"\"]",
            "spec.targetRef.kind",
            "spec.targetRef.name",
            "spec.targetRef.namespace",
            "spec.targetRef.group",
            "spec.action",
            "spec.provider",
            "spec.rules[0].from",
            "spec.rules[0].to[0].operation",
            "spec.rules[0].to[1].operation",
            "spec.rules[0].when[0].key",
            "spec.rules[0].when[1].key",
            "spec.rules[0].when[2].values",
            "spec.rules[0].unless",
            "spec.rules[1].from[0].source.principals[0]",
            "spec.rules[1].from[0].source.ipBlocks[0]",
            "spec.rules[1].from[0].source.serviceAccounts[0]",
            "spec.rules[1].from[0].source.serviceAccounts",
            "spec.rules[2]");
  }

  @Test
  void theHeadHasToBeTheKinds() {
    assertThat(
            fields(
                AuthorizationPolicyDocument.read(
                    document("PeerAuthentication", ""), "Foo", "under_score")))
        .containsExactlyInAnyOrder("kind", "metadata.namespace", "metadata.name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{principals: ['cluster.local/ns/foo/sa/a', '*', '*/sa/b', 'cluster.local/*']}",
        "{notPrincipals: ['a'], requestPrincipals: ['*', 'https://i/s', '*/s', 'i/*']}",
        "{principals: ['cluster.local/ns/*/sa/a'], requestPrincipals: ['*a*']}",
        "{namespaces: ['a', 'a*b*c', '*']}",
        "{serviceAccounts: ['a', 'ns/a']}",
        "{trustDomains: ['a', 'a*', '*b', '*']}",
        "{ipBlocks: ['10.1.2.3', '10.1.2.3/8', '::1', 'fe80::/10', '0.0.0.0/0']}"
      })
  void sourcesThatAreTaken(String source) {
    assertThat(source(source)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{serviceAccounts: ['a/b/c']}",
        "{serviceAccounts: ['/a']}",
        "{serviceAccounts: ['a'], namespaces: ['b']}",
        "{trustDomains: ['a/b']}",
        "{trustDomains: ['a*b']}",
        "{ipBlocks: ['10.1.2.3/33']}",
        "{ipBlocks: ['10.1.2.03']}",
        "{ipBlocks: ['10.1.2.3/08']}",
        "{ipBlocks: ['fe80::1%eth0']}",
        "{ipBlocks: ['host.example']}",
        "{ipBlocks: [10]}",
        "{ipBlocks: 10.0.0.1}",
        "{namespaces: []}",
        "{nameSpaces: ['a']}"
      })
  void sourcesThatAreRefused(String source) {
    assertThat(source(source))
        .isNotEmpty()
        .allSatisfy(field -> assertThat(field).startsWith("spec.rules[0].from[0].source"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{paths: ['/a', '/a/*', '*/b', '*', '/a/{*}/b', '/{**}', '/a/{*}/{**}', '/a/{**}/b']}",
        "{ports: ['0', '80', '65535'], hosts: ['a.example', '*.example', 'a.*']}",
        "{methods: ['GET', '*'], notMethods: ['P*']}",
        "{paths: ['/a/*/b', '**', '/*/*'], hosts: ['a.*.example']}"
      })
  void operationsThatAreTaken(String operation) {
    assertThat(operation(operation)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{paths: ['/a/{*}b']}",
        "{paths: ['/{**}/{*}']}",
        "{paths: ['/{**}/{**}']}",
        "{paths: ['/a/{b}']}",
        "{paths: ['/{*}/a b']}",
        "{paths: ['{*}']}",
        "{notPaths: ['/{*}//a']}",
        "{ports: ['65536']}",
        "{ports: ['http']}",
        "{ports: [80]}",
        "{headers: ['a']}"
      })
  void operationsThatAreRefused(String operation) {
    assertThat(operation(operation)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{key: 'request.headers[x-user]', values: [a]}",
        "{key: 'request.auth.claims[a][b]', notValues: [a]}",
        "{key: 'experimental.envoy.filters.network.mysql_proxy[db.table]', values: ['[update]']}",
        "{key: destination.port, values: ['80']}",
        "{key: source.trustDomain, values: ['*.demo']}"
      })
  void conditionsThatAreTaken(String condition) {
    assertThat(when(condition)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{key: request.headers, values: [a]}",
        "{key: 'request.headersx[a]', values: [a]}",
        "{key: 'request.headers[]', values: [a]}",
        "{key: 'request.auth.claims', values: [a]}",
        "{key: 'experimental.envoy.filters.a', values: [a]}",
        "{key: 'destination.labels[a]', values: [a]}",
        "{key: destination.user, values: [a]}",
        "{key: destination.port, values: [a]}",
        "{key: source.ip, notValues: [a]}",
        "{key: source.serviceAccount, values: ['*']}"
      })
  void conditionsThatAreRefused(String condition) {
    assertThat(when(condition)).isNotEmpty();
  }

  private static List<String> remarks(String policy) {
    return ((Validated.Valid<AuthorizationPolicy>)
            AuthorizationPolicyDocument.read(document("AuthorizationPolicy", policy), "foo", "a"))
        .value()
        .remarks();
  }

  @Test
  void starsThatStandForThemselvesAreToldOf() {
    assertThat(
            remarks(
                """
                spec:
                  rules:
                  - to: [{operation: {paths: [/a, /a*, "*a", "*", "/a/{*}/b"], ports: ["1"]}}]
                    from: [{source: {namespaces: ["a*b*c"]}}]
                """))
        .isEmpty();
    assertThat(
            remarks(
                """
                spec:
                  rules:
                  - {}
                  - from: [{source: {principals: ["cluster.local/ns/*/sa/a"]}}]
                    to: [{operation: {paths: ["/a/*/b"], notHosts: ["*a*"]}}]
                    when:
                    - {key: "experimental.envoy.filters.a[b]", values: ["[a*b]", "[a*]", "**"]}
                """))
        .hasSize(5)
        .allMatch(remark -> remark.startsWith("rule 1: a * of \""))
        .anyMatch(remark -> remark.contains("\"/a/*/b\" stands for itself"));
  }

  @Test
  void aBrokenDryRunIsEnforcedAndToldOf() {
    String head = "metadata: {namespace: foo, name: a, annotations: {istio.io/dry-run: maybe}}";
    AuthorizationPolicy policy =
        ((Validated.Valid<AuthorizationPolicy>)
                AuthorizationPolicyDocument.read(document("AuthorizationPolicy", head), "foo", "a"))
            .value();
    assertThat(policy.dryRun()).isFalse();
    assertThat(policy.remarks())
        .singleElement()
        .asString()
        .contains("neither true nor false, \"maybe\"");
  }

  @Test
  void valuesAreAsLongAsProxiesCanTake() {
    assertThat(operation("{paths: ['/" + "a".repeat(4_095) + "']}")).isEmpty();
    assertThat(operation("{paths: ['/" + "a".repeat(4_096) + "']}")).hasSize(1);
    assertThat(operation("{paths: ['/{*}/" + "a".repeat(1_000) + "']}")).isEmpty();
    assertThat(operation("{paths: ['/{*}/" + "a".repeat(1_024) + "']}")).hasSize(1);
    assertThat(source("{principals: ['" + "a".repeat(401) + "']}")).hasSize(1);
  }

  @Test
  void whatACustomPolicyCannotAskForIsRefused() {
    assertThat(
            spec(
                """
                {action: CUSTOM, provider: {name: ext}, rules: [{
                  from: [{source: {principals: [a], ipBlocks: [10.0.0.1]}}],
                  when: [{key: 'request.auth.claims[a]', values: [b]}]}]}
                """))
        .containsExactlyInAnyOrder(
            "spec.rules[0].from[0].source.principals", "spec.rules[0].when[0].key");
    assertThat(spec("{action: CUSTOM, rules: [{}]}")).containsExactly("spec.provider.name");
  }

  @Test
  void modesByPortNeedLabels() {
    Validated<PeerAuthentication> read =
        PeerAuthenticationDocument.read(
            document(
                "PeerAuthentication",
                """
                spec:
                  selector: {matchLabels: {app: a}}
                  mtls: {mode: STRICT}
                  portLevelMtls: {8080: {mode: DISABLE}, 9090: {}}
                """),
            "foo",
            "a");
    PeerAuthentication policy = ((Validated.Valid<PeerAuthentication>) read).value();
    assertThat(policy.mode()).isEqualTo(Mode.STRICT);
    assertThat(policy.ports()).isEqualTo(Map.of(8080, Mode.DISABLE, 9090, Mode.UNSET));
    assertThat(peers("{portLevelMtls: {8080: {mode: DISABLE}}}"))
        .containsExactly("spec.portLevelMtls");
    assertThat(peers("{selector: {matchLabels: {a: b}}, portLevelMtls: {}}"))
        .containsExactly("spec.portLevelMtls");
    assertThat(
            peers(
                "{selector: {matchLabels: {a: b}}, mtls: {mode: strict, x: 1},"
                    + " portLevelMtls: {70000: {mode: STRICT}, 80: {mode: ''}}, targets: {}}"))
        .containsExactlyInAnyOrder(
            "spec.mtls.mode",
            "spec.mtls.x",
            "spec.portLevelMtls[\"70000\"]",
            "spec.portLevelMtls[\"80\"].mode",
            "spec.targets");
  }

  @Test
  void keysComeFromWhereTheRuleSays() {
    assertThat(keys("{issuer: 'https://issuer.example'}"))
        .isEqualTo(new Keys.Discovered("https://issuer.example"));
    // One that is no URL has none, and is no mistake for Istio either.
    assertThat(keys("{issuer: nobody}")).isEqualTo(new Keys.Discovered("nobody"));
    assertThat(keys("{issuer: a@b, jwksUri: 'https://keys.example/jwks'}"))
        .isEqualTo(new Keys.At("https://keys.example/jwks"));
    assertThat(keys("{issuer: a@b, jwks_uri: 'http://keys.example/jwks'}"))
        .isEqualTo(new Keys.At("http://keys.example/jwks"));
    assertThat(
            keys(
                "{issuer: a, jwks: '{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
                    + X
                    + "\",\"y\":\""
                    + Y
                    + "\",\"note\":\"c\"}]}'}"))
        .isEqualTo(
            new Keys.Inline(
                "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
                    + X
                    + "\",\"y\":\""
                    + Y
                    + "\"}]}"));
  }

  private static Keys keys(String rule) {
    Validated<RequestAuthentication> read =
        RequestAuthenticationDocument.read(
            document("RequestAuthentication", "spec: {jwtRules: [" + rule + "]}"), "foo", "a");
    return ((Validated.Valid<RequestAuthentication>) read).value().rules().getFirst().keys();
  }

  @Test
  void everyProblemOfARuleForTokensIsNamed() {
    assertThat(
            rule(
                """
                {audiences: [""], jwksUri: "ftp://x", fromHeaders: [{prefix: "a"}, {name: "b c"}],
                 fromParams: [""], fromCookies: [""], forwardOriginalToken: "yes",
                 outputPayloadToHeader: "a b", outputClaimToHeaders: [{header: "x y", claim: ""}, {}],
                 timeout: "5d", clockSkew: 5, spaceDelimitedClaims: [""]}
                """))
        .containsExactlyInAnyOrder(
            "spec.jwtRules[0].audiences[0]",
            "spec.jwtRules[0].jwksUri",
            "spec.jwtRules[0].fromHeaders[0].name",
            "spec.jwtRules[0].fromHeaders[1].name",
            "spec.jwtRules[0].fromParams[0]",
            "spec.jwtRules[0].fromCookies[0]",
            "spec.jwtRules[0].forwardOriginalToken",
            "spec.jwtRules[0].outputPayloadToHeader",
            "spec.jwtRules[0].outputClaimToHeaders[0].header",
            "spec.jwtRules[0].outputClaimToHeaders[0].claim",
            "spec.jwtRules[0].outputClaimToHeaders[1].header",
            "spec.jwtRules[0].outputClaimToHeaders[1].claim",
            "spec.jwtRules[0].timeout",
            "spec.jwtRules[0].clockSkew",
            "spec.jwtRules[0].spaceDelimitedClaims[0]");
    assertThat(rule("{}")).containsExactly("spec.jwtRules[0].issuer");
    assertThat(
            rule(
                "{issuer: 'https://issuer.example', fromHeaders: [{name: Host}],"
                    + " outputPayloadToHeader: host,"
                    + " outputClaimToHeaders: [{header: HOST, claim: sub}]}"))
        .containsExactlyInAnyOrder(
            "spec.jwtRules[0].fromHeaders[0].name",
            "spec.jwtRules[0].outputPayloadToHeader",
            "spec.jwtRules[0].outputClaimToHeaders[0].header");
    assertThat(rule("{issuer: 'https://a:b@issuer.example'}"))
        .containsExactly("spec.jwtRules[0].jwksUri");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5s",
        "0.5s",
        "10ms",
        "1ms",
        ".5s",
        "1m",
        "0m30s500ms",
        "1000000ns",
        "60s",
        "300s"
      })
  void timesThatAreTaken(String timeout) {
    assertThat(rule("{issuer: 'https://issuer.example', timeout: " + timeout + "}")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "''", "s", "-5s", "5 s", "1d", "0.9ms", "0s", "1s1"})
  void timesThatAreRefused(String timeout) {
    assertThat(rule("{issuer: 'https://issuer.example', timeout: '" + timeout + "'}"))
        .containsExactly("spec.jwtRules[0].timeout");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no json",
        "{}",
        "{\"keys\": []}",
        "{\"keys\": [{\"kty\": \"oct\", \"k\": \"c2VjcmV0\"}]}",
        "{\"keys\": [{\"kty\": \"EC\", \"d\": \"c2VjcmV0\"}]}",
        "{\"keys\": [{\"kty\": \"unheard-of\"}]}",
        "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AA\", \"y\": \"AA\"}]}"
      })
  void keysThatAreNoPublicOnesAreRefusedAndNotRepeated(String jwks) {
    Validated<RequestAuthentication> read =
        RequestAuthenticationDocument.read(
            document(
                "RequestAuthentication", "spec: {jwtRules: [{issuer: a, jwks: '" + jwks + "'}]}"),
            "foo",
            "a");
    assertThat(read).isInstanceOf(Validated.Invalid.class);
    assertThat(read.toString()).contains("spec.jwtRules[0].jwks").doesNotContain("c2VjcmV0");
  }
}
