package dev.weft.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LogLevelsTest {
  private static final String CATEGORY = "dev.weft.test.levels";
  private final LogLevels levels = new LogLevels();

  private String rejected(@Nullable String category, @Nullable String level) {
    return levels.change(category, level) instanceof LogLevels.Outcome.Rejected(String reason)
        ? reason
        : "accepted";
  }

  @Test
  void aLevelHoldsUntilItIsTakenBack() {
    Logger log = Logger.getLogger(CATEGORY);
    boolean before = log.isDebugEnabled();
    levels.change(CATEGORY, "DEBUG");
    assertThat(log.isDebugEnabled()).isTrue();
    assertThat(levels.json().encode()).isEqualTo("{\"levels\":{\"" + CATEGORY + "\":\"DEBUG\"}}");
    levels.change(CATEGORY, "OFF");
    assertThat(log.isEnabled(Logger.Level.ERROR)).isFalse();
    levels.change(CATEGORY, "INHERIT");
    assertThat(log.isDebugEnabled()).isEqualTo(before);
    assertThat(levels.json().encode()).isEqualTo("{\"levels\":{}}");
  }

  @Test
  void whatIsWrongIsNamedAndChangesNothing() {
    assertThat(rejected(null, "DEBUG")).startsWith("category:");
    assertThat(rejected("a b", "DEBUG")).startsWith("category:");
    assertThat(rejected(CATEGORY, "debug")).startsWith("level:");
    assertThat(rejected(CATEGORY, null)).startsWith("level:");
    for (int i = 0; i < LogLevels.MAX_CATEGORIES; i++) {
      levels.change(CATEGORY + "." + i, "INFO");
    }
    assertThat(rejected(CATEGORY + ".more", "INFO")).startsWith("category:");
    assertThat(rejected(CATEGORY + ".1", "WARN")).isEqualTo("accepted");
    for (int i = 0; i < LogLevels.MAX_CATEGORIES; i++) {
      levels.change(CATEGORY + "." + i, "INHERIT");
    }
    assertThat(levels.json().getJsonObject("levels")).isEmpty();
  }
}
