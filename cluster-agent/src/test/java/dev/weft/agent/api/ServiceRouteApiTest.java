package dev.weft.agent.api;

import static dev.weft.agent.api.Admin.url;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.StateOwner;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Routes over HTTP, of the whole agent. Each test uses names of its own. */
@QuarkusTest
@TestProfile(ApiTest.OneAgent.class)
class ServiceRouteApiTest {
  private static final String KIND = "service-routes/";

  @ConfigProperty(name = "weft.data-dir")
  Path dataDir;

  @Inject StateOwner state;

  private static String document(String spec) {
    return Admin.document("ServiceRoute", spec);
  }

  /** All requests to a service, to another one. */
  private static String to(String service, String other) {
    return document(
        String.format(
            Locale.ROOT,
            """
            {"service": {"name": "%s"}, "rules": [{"to": [{"service": "%s"}]}]}
            """,
            service,
            other));
  }

  /** A part that leaves everything to another one. */
  private static String delegatingTo(String name) {
    return document(
        String.format(
            Locale.ROOT,
            """
            {"rules": [{"matches": [{"path": {"exact": "/"}}], "to": [{"service": "a"}]},
                       {"delegate": {"name": "%s"}}]}
            """,
            name));
  }

  private Response put(String name, String document) {
    return new Admin(dataDir).put(KIND + name, document);
  }

  private Response get(String name) {
    return new Admin(dataDir).request().get(url(KIND + name));
  }

  private String etag(Response response, int status) {
    return response.then().statusCode(status).extract().header("ETag");
  }

  @Test
  void aRouteIsInForceOnceItIsAnswered() {
    ServiceKey key = new ServiceKey("default", "in-force");
    String etag = etag(put("in-force", to("in-force", "other")), 201);
    await().until(() -> state.current().routes().containsKey(key));
    assertThat(state.current().routes().get(key).service()).isEqualTo(key);
    assertThat(dataDir.resolve("resources/service-routes/default%2Fin-force.yaml")).exists();
    get("in-force")
        .then()
        .statusCode(200)
        .header("ETag", etag)
        .body("spec.rules[0].to[0].service", equalTo("other"));
    new Admin(dataDir)
        .request()
        .get("/api/v1/service-routes")
        .then()
        .statusCode(200)
        .body("items.spec.service.name", hasItem("in-force"));

    assertThat(etag(put("in-force", to("in-force", "third")), 200)).isNotEqualTo(etag);
    new Admin(dataDir).request().delete(url(KIND + "in-force")).then().statusCode(204);
    await().until(() -> !state.current().routes().containsKey(key));
    get("in-force").then().statusCode(404).contentType("application/problem+json");
    new Admin(dataDir).request().delete(url(KIND + "in-force")).then().statusCode(404);
    new Admin(dataDir)
        .request()
        .get("/api/v1/service-routes")
        .then()
        .body("items.spec.service.name", not(hasItem("in-force")));
  }

  @Test
  void aDryRunSaysWhatWouldBeAndChangesNothing() {
    Admin admin = new Admin(dataDir);
    String dry = url(KIND + "dry") + "?dryRun=true";
    admin.json(to("dry", "other")).put(dry).then().statusCode(201);
    get("dry").then().statusCode(404);
    String etag = etag(put("dry", to("dry", "other")), 201);
    admin.json(to("dry", "third")).put(dry).then().statusCode(200);
    admin
        .json(document("{\"rules\": []}"))
        .put(dry)
        .then()
        .statusCode(422)
        .body("errors.field", contains("spec.rules"));
    admin.request().delete(dry).then().statusCode(204);
    get("dry").then().statusCode(200).header("ETag", etag);
    admin
        .json(to("dry", "third"))
        .put(url(KIND + "dry") + "?dryRun=maybe")
        .then()
        .statusCode(422)
        .body("errors.field", contains("dryRun"));
  }

  @Test
  void whoOverwritesWhatTheyHaveNotSeenIsRefused() {
    Admin admin = new Admin(dataDir);
    String path = url(KIND + "seen");
    String first = etag(put("seen", to("seen", "one")), 201);
    String second = etag(admin.seen(first, to("seen", "two")).put(path), 200);
    admin
        .seen(first, to("seen", "three"))
        .put(path)
        .then()
        .statusCode(412)
        .contentType("application/problem+json");
    admin.request().header("If-Match", first).delete(path).then().statusCode(412);
    get("seen").then().header("ETag", second).body("spec.rules[0].to[0].service", equalTo("two"));
    admin.request().header("If-Match", second).delete(path).then().statusCode(204);
    // There is no version any more that somebody could have seen.
    admin.seen(second, to("seen", "four")).put(path).then().statusCode(412);
  }

  @Test
  void everyProblemOfADocumentIsNamedAndNothingChanges() {
    String etag = etag(put("broken", to("broken", "other")), 201);
    put(
            "broken",
            """
            {"apiVersion": "mesh.weft.dev/v2", "kind": "ServiceRoute", "metadata": {"name": "another"},
             "spec": {"service": {"name": "Broken"}, "mirror": 1, "rules": [
               {},
               {"matches": [{"path": {"prefix": "/a/"}, "method": "G T", "headers": {"host": "x"}},
                            {"path": {}}, {"query": "q"}],
                "to": [{"service": "a", "weight": -1}, {}], "timeout": "soon"},
               {"to": [{"service": "a"}], "delegate": {"name": "b"}},
               {"delegate": {}, "timeout": "1s"}]}}
            """)
        .then()
        .statusCode(422)
        .contentType("application/problem+json")
        .body(
            "errors.field",
            containsInAnyOrder(
                "apiVersion",
                "metadata.name",
                "spec.mirror",
                "spec.service.name",
                "spec.rules[0].to",
                "spec.rules[1].matches[0].path.prefix",
                "spec.rules[1].matches[0].method",
                "spec.rules[1].matches[0].headers[\"host\"]",
                "spec.rules[1].matches[1].path",
                "spec.rules[1].matches[2].query",
                "spec.rules[1].to[0].weight",
                "spec.rules[1].to[1].service",
                "spec.rules[1].timeout",
                "spec.rules[2].to",
                "spec.rules[3].delegate.name",
                "spec.rules[3].timeout"));
    get("broken").then().statusCode(200).header("ETag", etag);
    ServiceKey key = new ServiceKey("default", "broken");
    await().until(() -> state.current().routes().containsKey(key));
    assertThat(state.current().routes().get(key).rules()).hasSize(1);
  }

  @Test
  void delegationThatLeadsBackIsRefusedWithItsField() {
    put("itself", delegatingTo("itself"))
        .then()
        .statusCode(422)
        .body("errors.field", contains("spec.rules[1].delegate"));
    // What is delegated to may come later.
    put("end", delegatingTo("begin")).then().statusCode(201);
    put("middle", delegatingTo("end")).then().statusCode(201);
    put("begin", delegatingTo("middle"))
        .then()
        .statusCode(422)
        .body("errors.field", contains("spec.rules[1].delegate"));
    get("begin").then().statusCode(404);
    put("end", document("{\"rules\": [{\"to\": [{\"service\": \"a\"}]}]}")).then().statusCode(200);
    put("begin", delegatingTo("middle")).then().statusCode(201);
  }

  @Test
  void aNamespaceHasOneRouteForEachService() {
    put("one", to("once", "other")).then().statusCode(201);
    put("two", to("once", "third"))
        .then()
        .statusCode(422)
        .body("errors.field", contains("spec.service"));
    put("one", to("once", "third")).then().statusCode(200);

    Admin admin = new Admin(dataDir);
    String shop = "/api/v1/namespaces/shop/" + KIND;
    String consumers =
        document(
            """
            {"service": {"name": "once", "namespace": "default"}, "rules": [{"to": [{"service": "a"}]}]}
            """);
    admin.json(consumers).put(shop + "mine").then().statusCode(201);
    admin
        .json(consumers)
        .put(shop + "ours")
        .then()
        .statusCode(422)
        .body("errors.field", contains("spec.service"));
    // A service of the same name, and parts, which are of no service.
    admin.json(to("once", "a")).put(shop + "own").then().statusCode(201);
    put("part-1", delegatingTo("nobody")).then().statusCode(201);
    put("part-2", delegatingTo("nobody")).then().statusCode(201);
    // It is free again when the route turns to another service.
    put("one", to("another", "third")).then().statusCode(200);
    put("two", to("once", "third")).then().statusCode(201);
  }
}
