package dev.weft.proxy.admin;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Levels of log categories, changed while the process runs; they are gone with it. Thread-safe.
 *
 * <p>Weft's levels are those of the JBoss log manager, which have the same numbers as those of
 * {@code java.util.logging}; so both work without naming either.
 */
public final class LogLevels {
  /** Categories that may be set, so that a caller cannot fill the memory. */
  static final int MAX_CATEGORIES = 100;

  private static final Pattern CATEGORY = Pattern.compile("[A-Za-z0-9_$.-]{1,200}");
  private static final Map<String, Level> LEVELS =
      Map.of(
          "OFF", Level.OFF,
          "ERROR", Level.SEVERE,
          "WARN", Level.WARNING,
          "INFO", Level.INFO,
          "DEBUG", Level.FINE);
  private static final String INHERIT = "INHERIT";

  /** Held, since the log manager forgets loggers that nobody holds. */
  private final ConcurrentMap<String, Logger> set = new ConcurrentHashMap<>();

  /** What became of a change. */
  sealed interface Outcome {
    record Changed() implements Outcome {}

    /** Nothing was changed; the reason names the parameter. */
    record Rejected(String reason) implements Outcome {}
  }

  /** Sets a level from now on; {@code INHERIT} takes it back. */
  synchronized Outcome change(@Nullable String category, @Nullable String level) {
    if (category == null || !CATEGORY.matcher(category).matches()) {
      return new Outcome.Rejected(
          "category: required, 1 to 200 characters [A-Za-z0-9_$.-], as dev.weft.proxy.xds");
    }
    if (level == null || !(level.equals(INHERIT) || LEVELS.containsKey(level))) {
      return new Outcome.Rejected("level: required, one of OFF, ERROR, WARN, INFO, DEBUG, INHERIT");
    }
    if (level.equals(INHERIT)) {
      Logger held = set.remove(category);
      if (held != null) {
        held.setLevel(null);
      }
      return new Outcome.Changed();
    }
    if (!set.containsKey(category) && set.size() >= MAX_CATEGORIES) {
      return new Outcome.Rejected("category: " + MAX_CATEGORIES + " are set, take one back first");
    }
    set.computeIfAbsent(category, Logger::getLogger).setLevel(LEVELS.get(level));
    return new Outcome.Changed();
  }

  /** Categories that were changed, with their levels. */
  JsonObject json() {
    JsonObject levels = new JsonObject();
    new TreeMap<>(set).forEach((category, logger) -> levels.put(category, name(logger.getLevel())));
    return new JsonObject().put("levels", levels);
  }

  private static String name(@Nullable Level level) {
    return LEVELS.entrySet().stream()
        .filter(entry -> entry.getValue().equals(level))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(INHERIT);
  }
}
