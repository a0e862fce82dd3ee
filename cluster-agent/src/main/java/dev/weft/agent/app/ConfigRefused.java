package dev.weft.agent.app;

import java.util.List;

/** The agent cannot be started with this configuration. The message names every bad key. */
final class ConfigRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  ConfigRefused(List<String> problems) {
    super("the configuration is refused:\n  " + String.join("\n  ", problems), null, false, false);
  }
}
