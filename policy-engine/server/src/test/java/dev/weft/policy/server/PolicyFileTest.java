package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.xds.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyFileTest {

  private static List<String> problems(String yaml) {
    return switch (PolicyFile.read(yaml)) {
      case PolicyFile.Read.Accepted accepted -> List.of();
      case PolicyFile.Read.Refused(var problems) ->
          problems.stream().map(Problem::toString).toList();
    };
  }

  @Test
  void namesEveryField() {
    assertThat(
            problems(
                """
                rulez: 1
                rules:
                  - name: a
                    principal: x
                    principals: ["spiffe://*/ns", "", 1]
                  - principals: ["*"]
                  - name: b
                    principals: []
                    paths: /a
                  - name: c
                    principals: ["*"]
                  - name: c
                    principals: ["*"]
                  - just text
                """))
        .containsExactly(
            "rulez: is not known",
            "rules[0].principal: is not known",
            "rules[0].principals[0]: * may stand at the end only",
            "rules[0].principals[1]: must be a text that is not empty",
            "rules[0].principals[2]: must be a text that is not empty",
            "rules[1].name: a name is required",
            "rules[2].principals: must be a list that is not empty",
            "rules[2].paths: must be a list that is not empty",
            "rules[4].name: \"c\" is there twice",
            "rules[5]: must be a mapping",
            "rules[5].name: a name is required");
  }

  @Test
  void aRuleWithoutPrincipalsIsNotARuleForEverybody() {
    assertThat(problems("rules: [{name: a}]"))
        .containsExactly("rules[0].principals: needs at least one");
  }

  @Test
  void refusesWhatIsNoPolicyAtAll() {
    assertThat(problems(""))
        .containsExactly(
            ": must be a mapping".substring(2), "rules: must be a list that is not empty");
    assertThat(problems("rules: [")).singleElement().asString().startsWith("not YAML");
    assertThat(problems("rules: []\nrules: []"))
        .singleElement()
        .asString()
        .contains("duplicate key");
    assertThat(problems("!!java.net.URL [\"http://x\"]"))
        .singleElement()
        .asString()
        .startsWith("not YAML");
    assertThat(problems("a: &a [1]\nb: [*a, *a]")).isNotEmpty();
  }
}
