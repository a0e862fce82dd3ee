package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.junit.main.Launch;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusMainTest
@TestProfile(RefusesToStartTest.WithBadPolicy.class)
class RefusesToStartTest {

  @Test
  @Launch(
      value = {},
      exitCode = 1)
  void namingTheField(LaunchResult result) {
    assertThat(result.getOutput() + result.getErrorOutput())
        .contains("bad.yaml: spec.rules[0].from[0].source.principles: unknown field");
  }

  /** A policy with a field that nobody knows. */
  public static final class WithBadPolicy implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "weft.policy.directory",
          "src/test/resources/bad-policies",
          "weft.policy.trust-domain",
          "east.demo",
          "quarkus.http.port",
          "0");
    }
  }
}
