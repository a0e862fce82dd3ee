package dev.weft.policy.istio.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.Attribute;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.decide.xds.StepReader;
import dev.weft.policy.istio.read.AuthorizationPolicyDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is accepted is compiled to what sidecars take, whatever its values hold: a filter that one
 * refuses would keep all of its other changes away from it.
 */
class AwkwardValuesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final List<String> AWKWARD =
      List.of(
          "*",
          "a*",
          "*a",
          "a\0b",
          "a\nb",
          "\0",
          " ",
          "é",
          "\u0085",
          "/",
          "//",
          "a/b",
          "/{*}",
          "/{**}",
          "/{*}/",
          "/{**}/a",
          "//{*}",
          "/{*}//",
          "/{**}//",
          "/a%zz/{*}",
          "/a:b/{*}",
          "/{*}/{*}/{*}/{*}/{*}/{*}/{*}/{*}",
          "/../{*}",
          "[",
          "]",
          "[]",
          "[[a]]",
          "[*]",
          "(",
          "\\",
          "\\Qa",
          "a|b",
          "^a$",
          "%",
          "10.0.0.0/8",
          "::/0",
          "::ffff:10.0.0.0/104",
          "080",
          "0",
          "spiffe://a",
          "cluster.local",
          "*.local",
          "c*",
          "*r.local/ns/a/sa/b",
          "*/",
          "/*",
          "{",
          "}");

  private static JsonNode document(String part, Object value) {
    return MAPPER.valueToTree(
        Map.of(
            "apiVersion",
            "security.istio.io/v1",
            "kind",
            "AuthorizationPolicy",
            "metadata",
            Map.of("name", "a"),
            "spec",
            Map.of("rules", List.of(Map.of(part, List.of(value))))));
  }

  private static Map<String, Object> condition(String key, String value) {
    return Map.of("key", key, "notValues", List.of(value));
  }

  private static List<JsonNode> documents() {
    List<JsonNode> documents = new ArrayList<>();
    for (String value : AWKWARD) {
      for (Attribute attribute : Attribute.values()) {
        String key = attribute.key();
        if (!attribute.field().isEmpty()) {
          boolean source = attribute.side() == Attribute.Side.SOURCE;
          documents.add(
              document(
                  source ? "from" : "to",
                  Map.of(
                      source ? "source" : "operation", Map.of(attribute.field(), List.of(value)))));
        }
        if (key.endsWith("[]")) {
          String named = key.substring(0, key.length() - 2);
          boolean filter = attribute == Attribute.FILTER_METADATA;
          documents.add(document("when", condition(named + (filter ? "a" : "") + "[b]", value)));
          documents.add(
              document("when", condition(named + (filter ? value : "") + "[" + value + "]", "x")));
          documents.add(
              document("when", condition(named + (filter ? "a" : "") + "[a][" + value + "]", "x")));
        } else if (!key.isEmpty()) {
          documents.add(document("when", condition(key, value)));
        }
      }
    }
    documents.add(document("when", condition("request.auth.claims[a][]", "x")));
    documents.add(document("when", condition("request.auth.claims[][a]", "x")));
    return documents;
  }

  private static void isTaken(AuthorizationPolicy accepted, Action action, boolean http) {
    AuthorizationPolicy policy =
        new AuthorizationPolicy(
            accepted.name(), accepted.attachment(), action, "", false, accepted.rules());
    assertThatCode(() ->
            StepReader.read(
                new ChainPolicies(List.of(policy), List.of()),
                new Destination(new TrustDomain("east.demo"), "10.1.2.3", 80, http)))
        .as("%s %s: %s", http ? "http" : "tcp", action, accepted.rules())
        .doesNotThrowAnyException();
  }

  @Test
  void sidecarsTakeWhatIsAccepted() {
    int accepted = 0;
    for (JsonNode document : documents()) {
      if (AuthorizationPolicyDocument.read(document, "foo", "a")
          instanceof Validated.Valid<AuthorizationPolicy>(AuthorizationPolicy policy)) {
        accepted++;
        Stream.of(Action.ALLOW, Action.DENY, Action.AUDIT)
            .forEach(action -> {
              isTaken(policy, action, true);
              isTaken(policy, action, false);
            });
      }
    }
    assertThat(accepted).isBetween(documents().size() / 2, documents().size() - 1);
  }
}
