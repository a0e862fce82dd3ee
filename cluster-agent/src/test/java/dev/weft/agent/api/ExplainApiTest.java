package dev.weft.agent.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateOwner;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.Provider;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Decisions that are asked for, and cases that policies carry, over HTTP, of the whole agent. */
@QuarkusTest
@TestProfile(ApiTest.OneAgent.class)
class ExplainApiTest {
  private static final String CASES = "metadata.annotations[\"weft.dev/cases\"]";

  @ConfigProperty(name = "weft.data-dir")
  Path dataDir;

  @Inject StateOwner state;

  private void register(String namespace, int... ports) {
    register(namespace, "http", ports);
  }

  private void register(String namespace, String protocol, int... ports) {
    ServiceKey service = new ServiceKey(namespace, "payments");
    List<Instance> instances = new java.util.ArrayList<>();
    for (int i = 0; i < ports.length; i++) {
      instances.add(
          new Instance(
              "payments-" + (i + 1),
              service,
              new Address("127.0.0.1", ports[i]),
              1,
              Map.of("version", "v" + (i + 1)),
              List.of(),
              Map.of("protocol", protocol),
              new Evidence(Evidence.Health.PASSING, Evidence.Source.REGISTRY_CHECK, "", 0)));
    }
    state.submit(new Delta.ServiceInstances(service, instances));
    await().until(() -> state.current().instances().containsKey(service));
  }

  private ValidatableResponse write(String namespace, String name, String query, String body) {
    return new Admin(dataDir)
        .request()
        .contentType("application/yaml")
        .body(
            ("apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n" + body)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .put("/api/v1/namespaces/" + namespace + "/authorization-policies/" + name + query)
        .then();
  }

  private ValidatableResponse explain(String question) {
    return new Admin(dataDir).json(question).post("/api/v1/explain/authz").then();
  }

  @Test
  void aDecisionSaysWhichRuleAndWhatCameNearest() {
    register("explained", 9001, 9002);
    write("explained", "readers", "", "spec: {rules: [{to: [{operation: {methods: [GET]}}]}]}")
        .statusCode(201);
    write(
            "explained",
            "second",
            "",
            "spec: {selector: {matchLabels: {version: v2}}, action: DENY, rules: [{}]}")
        .statusCode(201);
    await()
        .until(() ->
            state
                .current()
                .security()
                .authorization()
                .containsKey(new PolicyName("explained", "second")));
    String to = "\"workload\": {\"namespace\": \"explained\", \"service\": \"payments\"";
    String from = "\"identity\": \"spiffe://east.demo/ns/explained/sa/orders\"";
    explain("{" + to + "}, " + from + "}")
        .statusCode(200)
        .body("decision", equalTo("allow"))
        .body("policy", equalTo("explained/readers"))
        .body("rule", equalTo("ns[explained]-policy[readers]-rule[0]"))
        .body("stages.stage", contains("mutual-tls", "callers", "allow"))
        .body("workload.instance", equalTo("payments-1"))
        .body("workload.port", equalTo(9001));
    explain("{" + to + "}, " + from + ", \"request\": {\"method\": \"POST\"}}")
        .statusCode(200)
        .body("decision", equalTo("deny"))
        .body("status", equalTo(403))
        .body("rule", nullValue())
        .body("nearest[0].rule", equalTo("ns[explained]-policy[readers]-rule[0]"))
        .body("nearest[0].wants", equalTo("header :method \"GET\""));
    explain("{" + to + ", \"port\": 9002}, " + from + "}")
        .body("decision", equalTo("deny"))
        .body("policy", equalTo("explained/second"))
        .body("policies", contains("explained/readers", "explained/second"));
    explain("{" + to + "}}")
        .body("decision", equalTo("refused"))
        .body("reason", containsString("without TLS"));
  }

  @Test
  void aboutConnectionsProvidersAreAskedToo() {
    register("connections", "tcp", 9001);
    state.submit(
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
                    new Provider.Protocol.Grpc()))));
    write(
            "connections",
            "ask",
            "",
            "spec: {action: CUSTOM, provider: {name: ext},"
                + " rules: [{to: [{operation: {ports: [\"9001\"]}}]}]}")
        .statusCode(201);
    await()
        .until(() ->
            state
                .current()
                .security()
                .authorization()
                .containsKey(new PolicyName("connections", "ask")));
    String asked =
        "\"workload\": {\"namespace\": \"connections\", \"service\": \"payments\"},"
            + " \"identity\": \"spiffe://east.demo/ns/connections/sa/orders\"";
    explain("{" + asked + "}")
        .statusCode(200)
        .body("decision", equalTo("allow"))
        .body("asks", contains("ext"))
        .body("stages.stage", contains("mutual-tls", "callers", "custom"));
    explain("{" + asked + ", \"answers\": {\"ext\": \"deny\"}}")
        .statusCode(200)
        .body("decision", equalTo("refused"))
        .body("reason", equalTo("provider \"ext\" is asked, and taken to deny"));
    state.submit(new Delta.ProvidersConfigured(List.of()));
  }

  @Test
  void aQuestionThatCannotBeAnsweredNamesItsFields() {
    register("asked", 9001);
    explain("{\"workload\": {\"namespace\": \"asked\", \"service\": \"nobody\"}}")
        .statusCode(422)
        .body("errors.field", contains("workload.service"));
    explain("{\"workload\": {\"namespace\": \"asked\", \"service\": \"payments\", \"port\": 1}}")
        .statusCode(422)
        .body("errors.field", contains("workload.port"))
        .body("errors[0].message", containsString("payments-1 at port 9001"));
    explain(
            "{\"workload\": {\"namespace\": \"asked\", \"service\": \"payments\"}, \"who\": 1,"
                + " \"identity\": \"me\", \"request\": {\"path\": \"x\"}}")
        .statusCode(422)
        .body("errors.field", hasItem("who"))
        .body("errors.field", hasItem("identity"))
        .body("errors.field", hasItem("request.path"));
    explain("{").statusCode(400);
    io.restassured.RestAssured.given()
        .contentType("application/json")
        .body("{}")
        .post("/api/v1/explain/authz")
        .then()
        .statusCode(401);
  }

  @Test
  void aPolicyIsRefusedWhenACaseThatItCarriesFails() {
    String metadata =
        """
        metadata:
          annotations:
            weft.dev/cases: |
              - {name: reads, expect: allow}
              - {name: writes, request: {method: POST}, expect: %s}
        """;
    String spec = "spec: {rules: [{to: [{operation: {methods: [GET]}}]}]}\n";
    for (String query : List.of("?dryRun=true", "")) {
      write("carried", "readers", query, metadata.replace("%s", "allow") + spec)
          .statusCode(422)
          .contentType("application/problem+json")
          .body("detail", equalTo("a case would not be decided as it is expected"))
          .body("errors.field", contains(CASES + ".cases[1]"))
          .body("errors[0].message", containsString("case \"writes\": expected allow, got deny"));
    }
    write("carried", "readers", "?dryRun=true", metadata.replace("%s", "deny") + spec)
        .statusCode(201);
    assertThat(dataDir.resolve("resources/authorization-policies/carried%2Freaders.yaml"))
        .doesNotExist();
    write("carried", "readers", "", metadata.replace("%s", "deny") + spec).statusCode(201);
  }

  @Test
  void aChangeIsRefusedWhenItBreaksACaseOfAnotherPolicy() {
    String name =
        "case \"writes\" of AuthorizationPolicy guarded/no-admin: expected deny, got allow";
    write("guarded", "readers", "", "spec: {rules: [{to: [{operation: {methods: [GET]}}]}]}")
        .statusCode(201);
    write(
            "guarded",
            "no-admin",
            "",
            """
            metadata:
              annotations:
                weft.dev/cases: |
                  - {name: writes, request: {method: POST}, expect: deny}
            spec: {action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]}
            """)
        .statusCode(201);
    write("guarded", "all", "", "spec: {rules: [{}]}")
        .statusCode(422)
        .body("errors[0].message", containsString(name));
    String readers = "/api/v1/namespaces/guarded/authorization-policies/readers";
    Admin admin = new Admin(dataDir);
    for (String query : List.of("?dryRun=true", "")) {
      admin
          .request()
          .delete(readers + query)
          .then()
          .statusCode(422)
          .body("errors[0].message", containsString(name));
    }
    admin.request().get(readers).then().statusCode(200);
    admin
        .request()
        .delete("/api/v1/namespaces/guarded/authorization-policies/no-admin")
        .then()
        .statusCode(204);
    admin.request().delete(readers).then().statusCode(204);
  }
}
