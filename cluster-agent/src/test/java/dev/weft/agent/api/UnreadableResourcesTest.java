package dev.weft.agent.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.weft.agent.attest.Denial;
import dev.weft.agent.attest.Denials;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.PolicyName;
import dev.weft.policy.istio.SecurityPolicies;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.ChainPolicies;
import dev.weft.policy.istio.compile.PolicyIndex;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The whole agent, started on what it cannot read. Each test has a namespace of its own. */
@QuarkusTest
@TestProfile(UnreadableResourcesTest.Restarted.class)
class UnreadableResourcesTest {
  private static final String HEAD =
      "{\"apiVersion\": \"security.istio.io/v1\", \"metadata\": {}, \"kind\": ";

  public static final class Restarted implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        Path data = Files.createTempDirectory("weft-unreadable");
        ResourceStore store = new ResourceStore(data.resolve("resources"));
        for (String name : List.of("deny", "allow", "audit", "labels", "custom")) {
          String spec =
              switch (name) {
                case "deny" -> "{\"action\": \"DENY\", \"rules\": [{\"until\": \"noon\"}]}";
                case "allow" -> "{\"rules\": [{\"until\": \"noon\"}]}";
                case "audit" -> "{\"action\": \"AUDIT\", \"rules\": [{\"until\": \"noon\"}]}";
                case "custom" ->
                    "{\"action\": \"CUSTOM\", \"rules\": [{}], \"asks\": \"somebody\"}";
                default ->
                    "{\"action\": \"DENY\", \"rules\": 1,"
                        + " \"selector\": {\"matchLabels\": {\"app\": \"payments\"}}}";
              };
          write(store, "authorization-policies", name + "/p", "AuthorizationPolicy", spec);
        }
        String open = "{\"mtls\": {\"mode\": \"DISABLE\"}}";
        write(store, "peer-authentications", "peers/all", "PeerAuthentication", open);
        write(
            store,
            "peer-authentications",
            "peers/some",
            "PeerAuthentication",
            "{\"selector\": {\"matchLabels\": {\"app\": \"payments\"}},"
                + " \"mtls\": {\"mode\": \"DISABLE\"}}");
        write(store, "peer-authentications", "peers/lost", "PeerAuthentication", open);
        write(
            store,
            "request-authentications",
            "tokens/t",
            "RequestAuthentication",
            "{\"jwtRules\": 1}");
        write(store, "authorization-policies", "damaged/p", "AuthorizationPolicy", "{}");
        damage(data.resolve("resources/authorization-policies/damaged%2Fp.yaml"));
        damage(data.resolve("resources/peer-authentications/peers%2Flost.yaml"));
        new Denials(store, InstantSource.system(), Duration.ofHours(24))
            .deny(new Denial.Identity(SpiffeId.parse("spiffe://west.demo/ns/a/sa/b")), "");
        try (Stream<Path> files = Files.list(data.resolve("resources/denials"))) {
          files.forEach(Restarted::damage);
        }
        return Map.of(
            "weft.mesh", "demo",
            "weft.cluster", "east",
            "weft.data-dir", data.toString(),
            "weft.xds.address", "127.0.0.1:0",
            "weft.registry.address", "127.0.0.1:0");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void write(
        ResourceStore store, String kind, String name, String document, String spec)
        throws IOException {
      store.put(
          kind, name, (HEAD + "\"" + document + "\", \"spec\": " + spec + "}").getBytes(UTF_8));
    }

    private static void damage(Path file) {
      try {
        Files.writeString(file, Files.readString(file).substring(0, 100));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @ConfigProperty(name = "weft.data-dir")
  Path dataDir;

  @Inject StateOwner state;

  private SecurityPolicies security() {
    return state.current().security();
  }

  private ChainPolicies holding(String namespace, String service) {
    return PolicyIndex.of(security(), "weft-system").of(workload(namespace, service));
  }

  private static Workload workload(String namespace, String service) {
    return Workload.of(namespace, service, Map.of());
  }

  private static boolean deniesAll(ChainPolicies holding) {
    return holding.authorization().stream()
        .anyMatch(policy ->
            policy.action() == Action.DENY
                && policy.rules().stream()
                    .anyMatch(rule ->
                        rule.from().isEmpty() && rule.to().isEmpty() && rule.when().isEmpty()));
  }

  private static boolean allowsNothing(ChainPolicies holding) {
    List<AuthorizationPolicy> allow =
        holding.authorization().stream()
            .filter(policy -> policy.action() == Action.ALLOW && !policy.dryRun())
            .toList();
    return !allow.isEmpty() && allow.stream().allMatch(policy -> policy.rules().isEmpty());
  }

  private String warning(String namespace, String name) {
    List<Map<String, String>> items =
        new Admin(dataDir)
            .request()
            .get("/api/v1/policy-warnings")
            .then()
            .statusCode(200)
            .extract()
            .path("items");
    return items.stream()
        .filter(one -> one.get("namespace").equals(namespace) && one.get("name").equals(name))
        .map(one -> one.get("message"))
        .filter(message -> message.contains("cannot be read"))
        .findFirst()
        .orElse("");
  }

  @Test
  void whatMayDenyDeniesEverythingItCouldBeFor() {
    for (String namespace : List.of("deny", "custom", "damaged", "tokens")) {
      assertThat(deniesAll(holding(namespace, "payments"))).as(namespace).isTrue();
    }
    assertThat(deniesAll(holding("elsewhere", "payments"))).isFalse();
    assertThat(deniesAll(holding("labels", "payments"))).isTrue();
    assertThat(deniesAll(holding("labels", "orders"))).as("its selector is read").isFalse();
    assertThat(warning("deny", "p")).contains("spec.rules[0].until").contains("is denied");
    assertThat(warning("damaged", "p")).contains(".quarantine");
    assertThat(warning("tokens", "t")).contains("spec.jwtRules");
  }

  @Test
  void whatAllowedAllowsNothingAndWhatOnlyToldSaysNothing() {
    assertThat(allowsNothing(holding("allow", "payments"))).isTrue();
    assertThat(deniesAll(holding("allow", "payments"))).isFalse();
    assertThat(deniesAll(holding("audit", "payments"))).isFalse();
    assertThat(allowsNothing(holding("audit", "payments"))).isFalse();
    assertThat(warning("audit", "p")).isNotEmpty();
  }

  @Test
  void nobodyComesWithoutTlsWhereThatCouldHaveBeenForbidden() {
    PolicyIndex index = PolicyIndex.of(security(), "weft-system");
    assertThat(index.mode(workload("peers", "payments"), 9001)).isEqualTo(Mode.STRICT);
    assertThat(index.mode(workload("peers", "orders"), 9001)).isEqualTo(Mode.STRICT);
    assertThat(warning("peers", "lost")).contains("mutual TLS");

    new Admin(dataDir)
        .request()
        .delete("/api/v1/namespaces/peers/peer-authentications/lost")
        .then()
        .statusCode(204);
    await()
        .until(() ->
            PolicyIndex.of(security(), "weft-system").mode(workload("peers", "payments"), 9001)
                == Mode.DISABLE);
    assertThat(warning("peers", "lost")).isEmpty();
    assertThat(dataDir.resolve("resources/peer-authentications/.quarantine")).isEmptyDirectory();
  }

  @Test
  void itIsRepairedByWritingIt() {
    write("deny", "authorization-policies", "p", "AuthorizationPolicy", "{}");
    await().until(() -> !deniesAll(holding("deny", "payments")));
    assertThat(warning("deny", "p")).isEmpty();

    write("tokens", "request-authentications", "t", "RequestAuthentication", "{}");
    await().until(() -> !deniesAll(holding("tokens", "payments")));
    assertThat(security().requests()).containsKey(new PolicyName("tokens", "t"));
  }

  private void write(String namespace, String kinds, String name, String kind, String spec) {
    new Admin(dataDir)
        .request()
        .contentType("application/json")
        .body(HEAD + "\"" + kind + "\", \"spec\": " + spec + "}")
        .put("/api/v1/namespaces/" + namespace + "/" + kinds + "/" + name)
        .then()
        .statusCode(200);
  }

  @Test
  void itIsToldAndTheAgentIsReady() {
    given()
        .get("/q/health/ready")
        .then()
        .statusCode(200)
        .body("status", equalTo("UP"))
        .body("checks[0].name", equalTo("stored-resources"));
    given().get("/metrics").then().body(containsString("weft_resources_unreadable"));
    assertThat(state.current().local().trust().denied().complete()).isFalse();
    new Admin(dataDir)
        .request()
        .get("/api/v1/denials")
        .then()
        .body("items[0].unreadable", containsString(".quarantine"));
  }
}
