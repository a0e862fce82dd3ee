package dev.weft.agent.api;

import static dev.weft.agent.api.Admin.url;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.xds.AgentUnderTest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** External services over HTTP, of the whole agent. Each test uses names of its own. */
@QuarkusTest
@TestProfile(ApiTest.OneAgent.class)
class ExternalServiceApiTest {
  private static final String KIND = "external-services/";

  @ConfigProperty(name = "weft.data-dir")
  Path dataDir;

  @Inject StateOwner state;

  private static String document(String spec) {
    return Admin.document("ExternalService", spec);
  }

  private static String at(String host) {
    return document(
        String.format(
            Locale.ROOT,
            """
            {"hosts": ["%s"], "address": "192.0.2.7", "port": 443,
             "tls": {"mode": "SIMPLE", "caFile": "/etc/ca.pem"}}
            """,
            host));
  }

  @Test
  void oneIsInForceOnceItIsAnswered() {
    Admin admin = new Admin(dataDir);
    ServiceKey key = new ServiceKey("default", "in-force-outside");
    String path = KIND + key.name();
    String etag =
        admin.put(path, at("in-force.example")).then().statusCode(201).extract().header("ETag");
    await().until(() -> state.current().externals().all().containsKey(key));
    assertThat(dataDir.resolve("resources/external-services/default%2Fin-force-outside.yaml"))
        .exists();
    admin
        .request()
        .get(url(path))
        .then()
        .statusCode(200)
        .header("ETag", etag)
        .body("spec.hosts[0]", equalTo("in-force.example"));
    admin
        .request()
        .get("/api/v1/external-services")
        .then()
        .body("items.spec.hosts.flatten()", hasItem("in-force.example"));
    admin.put(path, at("other.example")).then().statusCode(200);
    admin.request().delete(url(path)).then().statusCode(204);
    await().until(() -> !state.current().externals().all().containsKey(key));
    admin.request().get(url(path)).then().statusCode(404);
  }

  @Test
  void everyProblemIsNamedAndKeysAreNotTaken() {
    Admin admin = new Admin(dataDir);
    admin
        .put(
            KIND + "broken",
            document(
                """
                {"hosts": ["a.mesh"], "port": 443, "protocol": "tcp",
                 "tls": {"mode": "MUTUAL", "certificateFile": "own.pem"}}
                """))
        .then()
        .statusCode(422)
        .contentType("application/problem+json")
        .body(
            "errors.field",
            containsInAnyOrder(
                "spec.hosts[0]",
                "spec.address",
                "spec.protocol",
                "spec.tls.caFile",
                "spec.tls.certificateFile",
                "spec.tls.keyFile"));
    admin
        .put(
            KIND + "broken",
            document(
                """
                {"address": "a.example", "port": 443,
                 "tls": {"mode": "MUTUAL", "caFile": "/ca.pem", "certificateFile": "/own.pem",
                         "keyFile": "-----BEGIN PRIVATE KEY-----\\nMIGHAgEA"}}
                """))
        .then()
        .statusCode(422)
        .body("errors.field", contains("spec.tls.keyFile"))
        .body(not(containsString("MIGHAgEA")));
    admin.request().get(url(KIND + "broken")).then().statusCode(404);
  }

  @Test
  void aHostIsOfOneAndServicesOfTheMeshComeFirst() {
    Admin admin = new Admin(dataDir);
    admin.put(KIND + "first", at("once.example")).then().statusCode(201);
    admin
        .put(KIND + "second", at("once.example"))
        .then()
        .statusCode(422)
        .body("errors.field", contains("spec.hosts[0]"));
    admin.put(KIND + "first", at("once.example")).then().statusCode(200);

    admin.put(KIND + "later-in-mesh", at("later.example")).then().statusCode(201);
    ServiceKey service = new ServiceKey("default", "later-in-mesh");
    state.submit(
        new Delta.ServiceInstances(
            service,
            List.of(
                AgentUnderTest.instance(
                    "later-in-mesh", "later-1", 9001, Evidence.Health.PASSING))));
    state.settle().toCompletableFuture().join();
    admin
        .request()
        .get("/api/v1/policy-warnings")
        .then()
        .statusCode(200)
        .body("items.findAll { it.kind == 'ExternalService' }.name", hasItem("later-in-mesh"));
    admin
        .put(KIND + "later-in-mesh", at("later.example"))
        .then()
        .statusCode(422)
        .body("errors.field", contains("metadata.name"));
    state.submit(new Delta.ServiceInstances(service, List.of()));
    admin.request().delete(url(KIND + "later-in-mesh")).then().statusCode(204);
  }
}
