package dev.weft.bench.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.authz.RbacPolicy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RuleSetTest {

  @ParameterizedTest
  @EnumSource
  void sevenOfEightRequestsAreAllowed(RuleSet set) {
    RbacPolicy policy = set.policy();
    assertThat(policy.rules()).hasSize(RuleSet.RULES);
    assertThat(
            set.requests().stream()
                .filter(one ->
                    policy.decide(one.connection(), one.headers(), one.metadata()).allowed()))
        .hasSize(56);
  }
}
