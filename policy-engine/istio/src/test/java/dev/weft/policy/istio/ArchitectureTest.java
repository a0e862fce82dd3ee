package dev.weft.policy.istio;

import dev.weft.architecture.WeftRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void theRulesOfTheArchitectureHold() {
    WeftRules.checkAll(WeftRules.productionClasses());
  }
}
