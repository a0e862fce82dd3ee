package dev.weft.agent.api;

import static dev.weft.agent.api.Admin.url;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.state.StateOwner;
import dev.weft.policy.istio.PolicyName;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole agent with a file of providers. */
@QuarkusTest
@TestProfile(ApiTest.OneAgent.class)
class ProvidersApiTest {
  private static final String POLICY =
      """
      {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": {},
       "spec": {"action": "CUSTOM", "provider": {"name": "%s"}, "rules": [{}]}}
      """;

  private static final PolicyName ASKING = new PolicyName("default", "asking");

  @ConfigProperty(name = "weft.data-dir")
  Path dataDir;

  @ConfigProperty(name = "weft.providers-file")
  Path file;

  @Inject StateOwner state;

  private Admin admin() {
    return new Admin(dataDir);
  }

  private void write(String text) throws IOException {
    Path next = Files.writeString(dataDir.resolve("next-providers"), text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private List<String> told(String path, String field) {
    return admin().request().get(path).then().statusCode(200).extract().path(field);
  }

  @AfterEach
  void nobodyIsAsked() {
    admin().request().delete(url("authorization-policies/asking"));
    await().until(() -> !state.current().security().authorization().containsKey(ASKING));
  }

  @Test
  void whoIsInTheFileCanBeAskedAndAWrongFileChangesNothing() throws Exception {
    write("extensionProviders: [{name: a, envoyExtAuthzGrpc: {service: 192.0.2.1, port: 1}}]");
    await().until(() -> state.current().security().providers().containsKey("a"));
    for (String provider : List.of("a", "nobody")) {
      admin()
          .put("authorization-policies/asking", POLICY.replace("%s", provider))
          .then()
          .statusCode(provider.equals("a") ? 201 : 200);
      await()
          .until(() ->
              told("/api/v1/policy-warnings", "items.message").stream()
                      .anyMatch(message -> message.contains("no provider \"nobody\""))
                  == provider.equals("nobody"));
    }

    write("extensionProviders: [{name: a, zipkin: {}}]");
    await()
        .untilAsserted(() ->
            assertThat(told("/api/v1/clusters", "items[0].problems"))
                .anyMatch(problem -> problem.contains("extensionProviders[0].zipkin")));
    assertThat(state.current().security().providers()).containsKey("a");
    write("extensionProviders: []");
    await().until(() -> state.current().security().providers().isEmpty());
    await().until(() -> told("/api/v1/clusters", "items[0].problems").isEmpty());
  }
}
