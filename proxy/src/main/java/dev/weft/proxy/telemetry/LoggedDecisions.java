package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.AccessLogConfig;

/** The node's own log and those that the configuration names, together. Thread-safe. */
public record LoggedDecisions(DecisionSink own, LogFiles files) implements DecisionSink {
  @Override
  public void accept(RequestRecord record) {
    own.accept(record);
  }

  @Override
  public void line(AccessLogConfig.Target target, String line) {
    files.write(target, line);
  }
}
