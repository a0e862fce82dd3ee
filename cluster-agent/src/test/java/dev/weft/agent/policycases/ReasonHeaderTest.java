package dev.weft.agent.policycases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.policycases.CaseFile.Case;
import dev.weft.agent.policycases.CaseFile.Decision;
import dev.weft.agent.policycases.EnvoyDecisions.Seen;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller is told of a denial, by a real Envoy with what the agent compiles. */
class ReasonHeaderTest {
  private static final String HEADER = "x-weft-denied-by";

  @TempDir Path directory;

  @Test
  void aDenialSaysWhyOnlyWhereThatIsConfigured() throws Exception {
    TestTokens tokens = new TestTokens();
    CaseFile file =
        CaseFile.all().stream()
            .filter(one -> one.name().equals("actions"))
            .findFirst()
            .orElseThrow();
    var on = new CaseCompiler(tokens, HEADER).listener(file, file.policies()).orElseThrow();
    var off = new CaseCompiler(tokens).listener(file, file.policies()).orElseThrow();
    try (EnvoyDecisions envoy =
        new EnvoyDecisions(directory, tokens, Map.of("on", on, "off", off), Map.of())) {
      for (Case one : file.cases()) {
        Seen told = envoy.ask("on", file, one);
        Seen untold = envoy.ask("off", file, one);
        assertThat(untold.answer().toLowerCase(java.util.Locale.ROOT)).doesNotContain(HEADER);
        if (one.expect() == Decision.ALLOW) {
          assertThat(told.answer()).doesNotContain(HEADER);
        } else {
          String rule = one.path().equals("/a/b") ? "ns[foo]-policy[deny]-rule[0]" : "none";
          assertThat(told.answer())
              .contains(HEADER + ": rbac_access_denied_matched_policy[" + rule + "]");
        }
      }
    }
  }
}
