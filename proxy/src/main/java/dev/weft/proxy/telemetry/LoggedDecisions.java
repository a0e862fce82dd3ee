package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.AccessLogConfig;
import org.jspecify.annotations.Nullable;

/** The node's own log, those that the configuration names, and spans. Thread-safe. */
public record LoggedDecisions(DecisionSink own, LogFiles files, @Nullable Spans spans)
    implements DecisionSink {
  @Override
  public void accept(RequestRecord record) {
    own.accept(record);
    if (spans != null) {
      spans.accept(record);
    }
  }

  @Override
  public void line(AccessLogConfig.Target target, String line) {
    files.write(target, line);
  }
}
