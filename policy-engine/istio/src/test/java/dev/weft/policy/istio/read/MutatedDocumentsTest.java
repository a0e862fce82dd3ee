package dev.weft.policy.istio.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.RequestAuthentication;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.SecurityPolicy;
import dev.weft.policy.istio.SecurityPolicy.Kind;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.AuthorizationFilters;
import dev.weft.policy.istio.compile.ChainPolicies;
import dev.weft.policy.istio.compile.Destination;
import dev.weft.policy.istio.compile.PolicyIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Strangers write documents: whatever they are, they are read or have problems, and what was read
 * can be compiled. More of it by {@code -Djqwik.tries.default=100000}.
 */
class MutatedDocumentsTest {
  private static final Workload PAYMENTS = Workload.of("default", "payments", Map.of());

  private static final List<String> SOUND =
      List.of(
          """
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: {namespace: default, name: one, annotations: {istio.io/dry-run: "false"}, labels: {a: b}}
          spec:
            selector: {matchLabels: {app: payments}}
            action: DENY
            rules:
            - from: [{source: {principals: ["cluster.local/ns/default/sa/orders", "*"], notNamespaces: [shop]}},
                     {source: {ipBlocks: [10.0.0.0/8, "::1"], requestPrincipals: ["issuer/*"], serviceAccounts: [orders]}}]
              to: [{operation: {paths: ["/a/{*}", "/b*", "*.css"], methods: [GET], ports: ["9001"], notHosts: ["*.example"]}}]
              when: [{key: "request.auth.claims[a][b]", values: [x]}, {key: "request.headers[x]", notValues: ["1*"]},
                     {key: destination.port, values: ["9001"]}, {key: "experimental.envoy.filters.a[b]", values: ["[c]"]}]
          """,
          """
          apiVersion: security.istio.io/v1beta1
          kind: AuthorizationPolicy
          metadata: {}
          spec:
            targetRefs: [{kind: Service, name: payments, group: ""}]
            action: CUSTOM
            provider: {name: ask}
            rules: [{}]
          """,
          """
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: {creationTimestamp: "2026-01-01T00:00:00Z"}
          spec:
            selector: {matchLabels: {app: payments}}
            mtls: {mode: STRICT}
            portLevelMtls: {9001: {mode: PERMISSIVE}, "9002": {mode: DISABLE}}
          """,
          """
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: {}
          spec:
            jwtRules:
            - {issuer: "https://issuer.example", audiences: [shop], jwksUri: "https://keys.example/jwks", timeout: 5s,
               fromHeaders: [{name: x-token, prefix: "Token "}], fromParams: [token], fromCookies: [token],
               forwardOriginalToken: true, outputPayloadToHeader: x-payload, spaceDelimitedClaims: [roles],
               outputClaimToHeaders: [{header: x-sub, claim: sub}]}
            - issuer: other
              jwks: '{"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}'
          """);

  @Property
  void anyBytesInTheirPlaceAreReadOrNot(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] text = SOUND.get(random.nextInt(SOUND.size())).getBytes(UTF_8);
    for (int i = random.nextInt(4); i >= 0; i--) {
      text = changed(text, random);
    }
    for (Document.Format format : Document.Format.values()) {
      judge(
          Document.parse(text, format) instanceof Document.Parsed(JsonNode tree)
              ? tree
              : MissingNode.getInstance());
    }
  }

  private static byte[] changed(byte[] text, Random random) {
    if (text.length == 0) {
      return text;
    }
    int at = random.nextInt(text.length);
    int size = 1 + random.nextInt(8);
    String all = new String(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    String rest = all.substring(Math.min(text.length, at + size));
    String made =
        switch (random.nextInt(4)) {
          case 0 -> all.substring(0, at) + rest;
          case 1 ->
              all.substring(0, at)
                  + all.substring(at, text.length - rest.length()).repeat(2)
                  + rest;
          case 2 -> all.substring(0, at) + (char) random.nextInt(256) + all.substring(at + 1);
          default ->
              all.substring(0, at) + "{[]}:-\"'&*!|>%@`#,?\n\t ".charAt(random.nextInt(22)) + rest;
        };
    return made.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  @Property
  void anyValueInThePlaceOfOneIsReadOrNot(@ForAll long seed) {
    Random random = new Random(seed);
    String text = SOUND.get(random.nextInt(SOUND.size()));
    JsonNode tree =
        switch (Document.parse(text.getBytes(UTF_8), Document.Format.YAML)) {
          case Document.Parsed(JsonNode parsed) -> parsed;
          case Document.Malformed malformed -> throw new AssertionError(malformed);
        };
    judge(tree);
    for (int i = random.nextInt(3); i >= 0; i--) {
      replace(tree, random);
      judge(tree);
    }
  }

  /** One member or element becomes another, is there twice, has another name or is gone. */
  private static void replace(JsonNode tree, Random random) {
    List<JsonNode> containers = new ArrayList<>();
    containers(tree, containers);
    JsonNode chosen = containers.get(random.nextInt(containers.size()));
    JsonNode value = value(random, 2);
    if (chosen instanceof ObjectNode object && !object.isEmpty()) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      switch (random.nextInt(3)) {
        case 0 -> object.set(name, value);
        case 1 -> object.remove(name);
        default -> object.set(name + "x", object.remove(name));
      }
    } else if (chosen instanceof ArrayNode array && !array.isEmpty()) {
      int at = random.nextInt(array.size());
      switch (random.nextInt(3)) {
        case 0 -> array.set(at, value);
        case 1 -> array.remove(at);
        default -> array.add(array.get(at).deepCopy());
      }
    }
  }

  private static void containers(JsonNode node, List<JsonNode> found) {
    if (node.isContainerNode()) {
      found.add(node);
      node.forEach(child -> containers(child, found));
    }
  }

  private static JsonNode value(Random random, int depth) {
    JsonNodeFactory made = JsonNodeFactory.instance;
    return switch (random.nextInt(depth == 0 ? 7 : 9)) {
      case 0 -> made.nullNode();
      case 1 -> made.numberNode(random.nextLong());
      case 2 -> made.numberNode(random.nextDouble() * 1e300);
      case 3 -> made.booleanNode(random.nextBoolean());
      case 4 -> made.textNode("*/a*{**}%[\u0000\ud800é".substring(random.nextInt(12)));
      case 5 -> made.textNode("x".repeat(random.nextInt(2_000)));
      case 6 -> made.textNode("");
      case 7 -> made.arrayNode().add(value(random, depth - 1)).add(value(random, depth - 1));
      default -> made.objectNode().set("a", value(random, depth - 1));
    };
  }

  private static void judge(JsonNode tree) {
    for (Kind kind : Kind.values()) {
      Validated<? extends SecurityPolicy> read =
          switch (kind) {
            case AUTHORIZATION -> AuthorizationPolicyDocument.read(tree, "default", "one");
            case PEER_AUTHENTICATION -> PeerAuthenticationDocument.read(tree, "default", "one");
            case REQUEST_AUTHENTICATION ->
                RequestAuthenticationDocument.read(tree, "default", "one");
          };
      switch (read) {
        case Validated.Valid<? extends SecurityPolicy>(SecurityPolicy policy) -> compile(policy);
        case Validated.Invalid<? extends SecurityPolicy>(List<Problem> problems) -> {
          assertThat(problems).isNotEmpty();
          compile(StandIn.of(kind, tree, "default", "one"));
        }
      }
    }
  }

  private static void compile(SecurityPolicy policy) {
    Map<PolicyName, AuthorizationPolicy> rules =
        policy instanceof AuthorizationPolicy one ? Map.of(one.name(), one) : Map.of();
    Map<PolicyName, PeerAuthentication> peers =
        policy instanceof PeerAuthentication one ? Map.of(one.name(), one) : Map.of();
    Map<PolicyName, RequestAuthentication> requests =
        policy instanceof RequestAuthentication one ? Map.of(one.name(), one) : Map.of();
    PolicyIndex index =
        PolicyIndex.of(new SecurityPolicies(rules, peers, requests, Map.of()), "weft-system");
    ChainPolicies holding = index.of(PAYMENTS);
    assertThat(index.mode(PAYMENTS, 9001)).isNotNull();
    TrustDomain east = new TrustDomain("east.demo");
    AuthorizationFilters.http(holding, new Destination(east, "127.0.0.1", 9001, true));
    AuthorizationFilters.network(holding, new Destination(east, "127.0.0.1", 9001, false));
  }
}
