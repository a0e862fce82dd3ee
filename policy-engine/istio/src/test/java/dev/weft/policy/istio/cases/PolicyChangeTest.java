package dev.weft.policy.istio.cases;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Problem;
import dev.weft.policy.istio.cases.PolicyChange.Key;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyChangeTest {
  private final Map<Key, JsonNode> stored = new HashMap<>();
  private final PolicyChange change =
      new PolicyChange(Mesh.USUAL, Map.of(), InstantSource.system());

  private static Key key(String namespace, String name) {
    return new Key("AuthorizationPolicy", namespace, name);
  }

  /** As it is stored: its name is its key's. */
  private static JsonNode policy(String spec, String cases) {
    String yaml =
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata:\n  annotations:\n"
            + (cases.isEmpty() ? "    a: b\n" : "    weft.dev/cases: '" + cases + "'\n")
            + "spec: "
            + spec
            + "\n";
    if (Document.parse(yaml.getBytes(UTF_8), Document.Format.YAML)
        instanceof Document.Parsed(JsonNode tree)) {
      return tree;
    }
    throw new AssertionError(yaml);
  }

  private static JsonNode readers(String cases) {
    return policy("{rules: [{to: [{operation: {methods: [GET]}}]}]}", cases);
  }

  @Test
  void aPolicyWhoseCaseFailsIsRefusedByTheNameOfTheCase() {
    JsonNode after =
        readers(
            "[{name: reads, expect: allow}, {name: writes, request: {method: POST}, expect: allow}]");
    assertThat(change.problems(stored, key("foo", "readers"), after))
        .containsExactly(
            new Problem(
                CarriedCases.AT + ".cases[1]",
                "case \"writes\": expected allow, got deny: denied: no rule allows it;"
                    + " ns[foo]-policy[readers]-rule[0] wants header :method \"GET\""));
    assertThat(
            change.problems(
                stored, key("foo", "readers"), readers("[{name: reads, expect: allow}]")))
        .isEmpty();
  }

  @Test
  void thePoliciesThatAreInForceAreTakenIntoAccount() {
    stored.put(
        key("weft-system", "no-admin"),
        policy("{action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]}", ""));
    String reads = "[{name: admin, request: {path: /admin}, expect: %s}]";
    assertThat(
            change.problems(stored, key("foo", "readers"), readers(reads.replace("%s", "allow"))))
        .singleElement()
        .extracting(Problem::message)
        .asString()
        .contains("denied by rule ns[weft-system]-policy[no-admin]-rule[0]");
    assertThat(change.problems(stored, key("foo", "readers"), readers(reads.replace("%s", "deny"))))
        .isEmpty();
  }

  @Test
  void aChangeThatBreaksACaseOfAnotherPolicyIsRefused() {
    stored.put(key("foo", "readers"), readers("[{name: reads, expect: allow}]"));
    JsonNode denial = policy("{action: DENY, rules: [{}]}", "");
    String told =
        "case \"reads\" of AuthorizationPolicy foo/readers: expected allow, got deny: denied by rule ";
    assertThat(change.problems(stored, key("foo", "nothing"), denial))
        .containsExactly(new Problem("", told + "ns[foo]-policy[nothing]-rule[0]"));
    assertThat(change.problems(stored, key("weft-system", "nothing"), denial))
        .containsExactly(new Problem("", told + "ns[weft-system]-policy[nothing]-rule[0]"));
    assertThat(change.problems(stored, key("bar", "nothing"), denial)).isEmpty();
  }

  @Test
  void aDeletionThatBreaksACaseOfAnotherPolicyIsRefused() {
    stored.put(key("foo", "readers"), readers(""));
    stored.put(
        key("foo", "no-admin"),
        policy(
            "{action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]}",
            "[{name: writes, request: {method: POST}, expect: deny}]"));
    assertThat(change.problems(stored, key("foo", "readers"), null))
        .singleElement()
        .extracting(Problem::message)
        .asString()
        .startsWith(
            "case \"writes\" of AuthorizationPolicy foo/no-admin: expected deny, got allow");
    assertThat(change.problems(stored, key("foo", "no-admin"), null)).isEmpty();
  }

  @Test
  void whatFailedBeforeIsNoReasonToRefuseAnotherChange() {
    stored.put(key("foo", "readers"), readers("[{name: wrong, expect: refused}]"));
    assertThat(
            change.problems(
                stored,
                key("foo", "more"),
                policy("{rules: [{to: [{operation: {paths: [/a]}}]}]}", "")))
        .isEmpty();
    assertThat(change.problems(stored, key("foo", "readers"), readers("")))
        .as("it can be repaired")
        .isEmpty();
  }

  @Test
  void casesThatCannotBeReadAreNamed() {
    assertThat(change.problems(stored, key("foo", "readers"), readers("[{name: a}]")))
        .containsExactly(new Problem(CarriedCases.AT + ".cases[0].expect", "required"));
    assertThat(change.problems(stored, key("foo", "readers"), readers("{policies: []}")))
        .extracting(Problem::field)
        .contains(CarriedCases.AT + ".policies");
  }

  @Test
  void inThePlaceOfAPolicyThatCannotBeReadItsStandInCounts() {
    stored.put(
        key("foo", "newer"), policy("{action: DENY, rules: [{to: [{operation: {x: [a]}}]}]}", ""));
    assertThat(
            change.problems(
                stored, key("foo", "readers"), readers("[{name: reads, expect: allow}]")))
        .hasSize(1);
  }
}
