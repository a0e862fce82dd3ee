package dev.weft.agent.catalog.registry;

import java.util.Locale;
import java.util.Optional;

/** A check's result, the worst last. */
enum CheckStatus {
  PASSING,
  WARNING,
  CRITICAL;

  /** As Consul writes it. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads Consul's exact word. */
  static Optional<CheckStatus> of(String word) {
    return switch (word) {
      case "passing" -> Optional.of(PASSING);
      case "warning" -> Optional.of(WARNING);
      case "critical" -> Optional.of(CRITICAL);
      default -> Optional.empty();
    };
  }
}
