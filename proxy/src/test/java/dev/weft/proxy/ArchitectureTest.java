package dev.weft.proxy;

import dev.weft.architecture.WeftRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void theRulesOfTheArchitectureHold() {
    WeftRules.checkAll(WeftRules.productionClasses());
  }
}
