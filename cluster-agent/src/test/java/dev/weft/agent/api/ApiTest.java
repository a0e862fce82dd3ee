package dev.weft.agent.api;

import static dev.weft.agent.api.Admin.url;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.StateOwner;
import dev.weft.policy.istio.PolicyName;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The whole agent, over HTTP. Each test uses names of its own. */
@QuarkusTest
@TestProfile(ApiTest.OneAgent.class)
class ApiTest {

  public static final class OneAgent implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        Path data = dataDirectory();
        Path providers =
            Files.writeString(data.resolve("providers.yaml"), "extensionProviders: []\n");
        return Map.of(
            "weft.mesh", "demo",
            "weft.cluster", "east",
            "weft.data-dir", data.toString(),
            "weft.providers-file", providers.toString(),
            "weft.xds.address", "127.0.0.1:0",
            "weft.registry.address", "127.0.0.1:0");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** In the build's own directory, since it has to be there before a test's could be. */
    private static Path dataDirectory() throws IOException {
      Path parent = Files.createDirectories(Path.of("target", "agents").toAbsolutePath());
      return Files.createTempDirectory(parent, "api");
    }
  }

  private static final String POLICY =
      """
      {"apiVersion": "mesh.weft.dev/v1", "kind": "FailoverPolicy", "metadata": {"namespace": "default"},
       "spec": {"selector": {"service": "%s"}, "targets": ["local", "west"], "threshold": 50}}
      """;

  @ConfigProperty(name = "weft.data-dir")
  Path dataDir;

  @Inject StateOwner state;

  @Test
  void nothingIsAnsweredWithoutTheToken() throws IOException {
    for (String path :
        new String[] {
          "/api/v1/clusters", "/api/v1/nothing", "/q/openapi", "/", "/api/v1/../v1/clusters"
        }) {
      given().get(path).then().statusCode(401).contentType("application/problem+json");
      given().header("Authorization", "Bearer wrong").get(path).then().statusCode(401);
    }
    given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
    given().get("/metrics").then().statusCode(200);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(dataDir.resolve("admin-token"))))
        .isEqualTo("rw-------");
  }

  @Test
  void aPolicyIsInForceOnceItIsAnswered() {
    String etag =
        put("failover-policies/in-force", POLICY.formatted("in-force"))
            .then()
            .statusCode(201)
            .extract()
            .header("ETag");
    ServiceKey key = new ServiceKey("default", "in-force");
    await().until(() -> state.current().failoverPolicies().containsKey(key));
    assertThat(state.current().failoverPolicies().get(key).threshold()).isEqualTo(50);
    assertThat(dataDir.resolve("resources/failover-policies/default%2Fin-force.yaml")).exists();

    admin().get(url("failover-policies/in-force")).then().statusCode(200).header("ETag", etag);
    admin().delete(url("failover-policies/in-force")).then().statusCode(204);
    await().until(() -> !state.current().failoverPolicies().containsKey(key));
    admin().get(url("failover-policies/in-force")).then().statusCode(404);
    admin().delete(url("failover-policies/in-force")).then().statusCode(404);
  }

  @Test
  void everyProblemOfADocumentIsNamedAndNothingChanges() {
    admin()
        .contentType("application/yaml")
        .body(
            """
            apiVersion: mesh.weft.dev/v2
            kind: FailoverPolicy
            metadata: {name: other, owner: me}
            spec:
              selector: {service: Payments, subset: v1}
              targets: [local, 7, local]
              threshold: "70"
              onStale: maybe
              panic: 10
            """
                .getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .put(url("failover-policies/broken"))
        .then()
        .statusCode(422)
        .contentType("application/problem+json")
        .body(
            "errors.field",
            containsInAnyOrder(
                "apiVersion",
                "metadata.name",
                "metadata.owner",
                "spec.selector.service",
                "spec.selector.subset",
                "spec.targets[1]",
                "spec.targets[2]",
                "spec.threshold",
                "spec.onStale",
                "spec.panic"));
    admin().get(url("failover-policies/broken")).then().statusCode(404);
  }

  @Test
  void aBrokenDocumentIsNamedByLineAndColumn() {
    put(
            "failover-policies/broken",
            "{\"apiVersion\": \"mesh.weft.dev/v1\",\n  \"kind\" \"FailoverPolicy\"}")
        .then()
        .statusCode(400)
        .body("errors.field", contains(startsWith("line 2, column ")));
    put("failover-policies/broken", "{\"kind\": 1, \"kind\": 2}")
        .then()
        .statusCode(400)
        .body("detail", containsString("Duplicate"));
    put("failover-policies/broken", "{} {}").then().statusCode(400);
    put("failover-policies/broken", "").then().statusCode(400);
    put("failover-policies/broken", "[".repeat(5000)).then().statusCode(400);
    put("failover-policies/broken", " ".repeat(70_000)).then().statusCode(413);
    admin()
        .contentType("text/plain")
        .body("{}")
        .put(url("failover-policies/broken"))
        .then()
        .statusCode(415);
  }

  @Test
  void aDryRunSaysWhatWouldBeAndChangesNothing() {
    admin()
        .contentType("application/json")
        .body(POLICY.formatted("dry"))
        .put(url("failover-policies/dry") + "?dryRun=true")
        .then()
        .statusCode(201);
    admin().get(url("failover-policies/dry")).then().statusCode(404);
    put("failover-policies/dry", POLICY.formatted("dry")).then().statusCode(201);
    admin().delete(url("failover-policies/dry") + "?dryRun=true").then().statusCode(204);
    admin().get(url("failover-policies/dry")).then().statusCode(200);
  }

  @Test
  void whoOverwritesWhatTheyHaveNotSeenIsRefused() {
    String first =
        put("failover-policies/seen", POLICY.formatted("seen"))
            .then()
            .statusCode(201)
            .extract()
            .header("ETag");
    String changed = POLICY.formatted("seen").replace("50", "60");
    seen(first, changed).put(url("failover-policies/seen")).then().statusCode(200);
    seen(first, POLICY.formatted("seen")).put(url("failover-policies/seen")).then().statusCode(412);
    seen(first, "").delete(url("failover-policies/seen")).then().statusCode(412);
    admin().get(url("failover-policies/seen")).then().body("spec.threshold", equalTo(60));
  }

  @Test
  void aServiceHasOnePolicy() {
    put("failover-policies/one", POLICY.formatted("twice")).then().statusCode(201);
    put("failover-policies/two", POLICY.formatted("twice"))
        .then()
        .statusCode(422)
        .body("errors.field", contains("spec.selector.service"));
    put("failover-policies/one", POLICY.formatted("once")).then().statusCode(200);
    await()
        .until(() ->
            state.current().failoverPolicies().containsKey(new ServiceKey("default", "once"))
                && !state
                    .current()
                    .failoverPolicies()
                    .containsKey(new ServiceKey("default", "twice")));
  }

  @Test
  void anExportNamesItsConsumers() {
    String export =
        """
        {"apiVersion": "multicluster.x-k8s.io/v1alpha1", "kind": "ServiceExport",
         "metadata": {"name": "ledger", "annotations": {%s}}}
        """;
    put("service-exports/ledger", export.formatted(""))
        .then()
        .statusCode(422)
        .body("errors.field", contains("metadata.annotations[\"mesh.weft.dev/consumers\"]"));
    put("service-exports/ledger", export.formatted("\"mesh.weft.dev/consumers\": \"west, north\""))
        .then()
        .statusCode(201);
    ServiceKey key = new ServiceKey("default", "ledger");
    await().until(() -> state.current().exports().containsKey(key));
    assertThat(state.current().exports().get(key).consumers())
        .containsExactlyInAnyOrder("west", "north");
    admin().get("/api/v1/service-exports").then().body("items.metadata.name", contains("ledger"));
  }

  @Test
  void aJoinTokenIsShownOnceAndNeverStoredAsItIs() throws IOException {
    String token =
        admin()
            .contentType("application/json")
            .body(
                "{\"serviceAccount\": \"payments\", \"services\": [\"payments\"], \"role\": \"sidecar\", \"ttlSeconds\": 60, \"uses\": 1}")
            .post("/api/v1/join-tokens")
            .then()
            .statusCode(201)
            .extract()
            .path("token");
    try (var files = Files.walk(dataDir)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).doesNotContain(token);
      }
    }
    admin()
        .contentType("application/json")
        .body(
            "{\"serviceAccount\": \"payments\", \"role\": \"king\", \"ttlSeconds\": 0, \"scope\": \"all\"}")
        .post("/api/v1/join-tokens")
        .then()
        .statusCode(422)
        .body("errors.field", containsInAnyOrder("scope", "role", "ttlSeconds"));
  }

  @Test
  void securityResourcesAreTakenAsTheyAre() {
    String yaml =
        """
        apiVersion: security.istio.io/v1beta1
        kind: %s
        metadata: {name: as-they-are, namespace: default, uid: x, generation: 1}
        spec: %s
        """;
    write(
        "authorization-policies",
        yaml.formatted("AuthorizationPolicy", "{selector: {matchLabels: {app: nobody}}}"));
    write("peer-authentications", yaml.formatted("PeerAuthentication", "{mtls: {mode: STRICT}}"));
    write(
        "request-authentications",
        yaml.formatted("RequestAuthentication", "{jwtRules: [{issuer: 'http://127.0.0.1:1'}]}"));
    PolicyName name = new PolicyName("default", "as-they-are");
    await().until(() -> state.current().security().requests().containsKey(name));
    assertThat(state.current().security().authorization()).containsKey(name);
    assertThat(state.current().security().peers()).containsKey(name);
    // The second for a whole namespace does not count; and of the keys nobody knows where they are.
    admin()
        .contentType("application/yaml")
        .body(
            yaml.replace("as-they-are", "second")
                .formatted("PeerAuthentication", "{}")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .put(url("peer-authentications/second"))
        .then()
        .statusCode(201);
    await()
        .untilAsserted(() ->
            admin()
                .get("/api/v1/policy-warnings")
                .then()
                .statusCode(200)
                .body(
                    "items.kind",
                    contains("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"))
                .body("items[0].message", containsString("no workload"))
                .body("items[1].message", containsString("default/as-they-are is for all"))
                .body("items[2].message", containsString("the last attempt")));
    admin().delete(url("peer-authentications/second")).then().statusCode(204);
    for (String kind :
        new String[] {
          "authorization-policies", "peer-authentications", "request-authentications"
        }) {
      admin()
          .get(url(kind + "/as-they-are"))
          .then()
          .statusCode(200)
          .body("metadata.uid", equalTo("x"));
      admin().delete(url(kind + "/as-they-are")).then().statusCode(204);
    }
    await().until(() -> !state.current().security().requests().containsKey(name));
  }

  private void write(String kind, String yaml) {
    admin()
        .contentType("application/yaml")
        .body(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .put(url(kind + "/as-they-are"))
        .then()
        .statusCode(201);
  }

  @Test
  void theOwnClusterIsListedAndWhatIsNotThereIsAProblemDocument() {
    admin()
        .get("/api/v1/clusters")
        .then()
        .statusCode(200)
        .body("items[0].name", equalTo("east"))
        .body("items[0].own", equalTo(true));
    admin().get("/api/v1/proxies").then().statusCode(200);
    admin()
        .get("/api/v1/services/default/nothing")
        .then()
        .statusCode(404)
        .contentType("application/problem+json");
    admin().get("/api/v1/nothing").then().statusCode(404).contentType("application/problem+json");
    admin().post("/api/v1/clusters").then().statusCode(405).contentType("application/problem+json");
  }

  @Test
  void theRootIsRotatedAndTheEndsOfCertificatesAreTold() {
    String serial =
        admin()
            .get("/api/v1/ca")
            .then()
            .statusCode(200)
            .body("trustDomain", equalTo("east.demo"))
            .body("phase", equalTo("steady"))
            .body("certificates.use", contains("signing", "signing"))
            .extract()
            .path("certificates[1].serial");
    rotate("{\"what\": \"intermediate\"}").then().statusCode(200);
    admin()
        .get("/api/v1/certificates")
        .then()
        .statusCode(200)
        .body("items.kind", containsInAnyOrder("root", "intermediate", "agent"))
        .body("items.state", contains("fresh", "fresh", "fresh"));
    assertThat(admin().get("/api/v1/ca").<String>path("certificates[1].serial"))
        .isNotEqualTo(serial);
    rotate("{\"what\": \"everything\"}")
        .then()
        .statusCode(422)
        .body("errors.field", contains("what"));
    admin().post("/api/v1/ca/rotate/proceed").then().statusCode(409);
    rotate("{\"what\": \"root\"}").then().statusCode(202);
    rotate("{\"what\": \"root\"}").then().statusCode(202);
    // There is nobody who has to know of it.
    await().until(() -> admin().get("/api/v1/ca").path("phase").equals("retiring"));
    assertThat(admin().get("/api/v1/ca").<java.util.List<String>>path("certificates.use"))
        .containsExactly("signing", "signing", "last", "last");
    assertThat(state.current().local().trust().bundle()).hasSize(2);
  }

  private Response rotate(String body) {
    return admin().contentType("application/json").body(body).post("/api/v1/ca/rotate");
  }

  @Test
  void whoIsDeniedIsListedAndTakenBack() {
    String id =
        deny("{\"identity\": \"spiffe://west.demo/ns/default/sa/stolen\", \"reason\": \"lost\"}");
    assertThat(deny("{\"identity\": \"spiffe://west.demo/ns/default/sa/stolen\"}")).isEqualTo(id);
    String serial = deny("{\"serial\": \"0A:1b\"}");
    admin()
        .get("/api/v1/denials")
        .then()
        .statusCode(200)
        .body("items.id", containsInAnyOrder(id, serial))
        .body("items.find { it.serial != null }.serial", equalTo("a1b"))
        .body("items.find { it.identity != null }.reason", equalTo("lost"));
    await().until(() -> state.current().local().trust().denied().identities().size() == 1);
    for (String bad :
        new String[] {
          "{}",
          "{\"identity\": \"spiffe://east.demo/ns/weft-system/sa/agent\"}",
          "{\"identity\": \"payments\"}",
          "{\"serial\": \"xyz\"}",
          "{\"serial\": \"1\", \"identity\": \"spiffe://east.demo/ns/a/sa/b\"}"
        }) {
      admin()
          .contentType("application/json")
          .body(bad)
          .post("/api/v1/denials")
          .then()
          .statusCode(422);
    }
    admin().delete("/api/v1/denials/" + id).then().statusCode(204);
    admin().delete("/api/v1/denials/" + id).then().statusCode(404);
    // Another test replaces the intermediate, which waits for denied certificates to end.
    admin().delete("/api/v1/denials/" + serial).then().statusCode(204);
    await().until(() -> state.current().local().trust().denied().identities().isEmpty());
  }

  private String deny(String body) {
    return admin()
        .contentType("application/json")
        .body(body)
        .post("/api/v1/denials")
        .then()
        .statusCode(201)
        .extract()
        .path("id");
  }

  private Response put(String path, String body) {
    return new Admin(dataDir).put(path, body);
  }

  private RequestSpecification seen(String ifMatch, String body) {
    return new Admin(dataDir).seen(ifMatch, body);
  }

  private RequestSpecification admin() {
    return new Admin(dataDir).request();
  }
}
