package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.AccessLogConfig;
import java.util.List;

/**
 * Takes connections that have ended, for the access logs of listeners and TCP proxies. One for each
 * worker; called on its loop only.
 */
public interface ConnectionLog {
  /** Keeps nothing. */
  ConnectionLog NONE =
      new ConnectionLog() {
        @Override
        public long millis() {
          return 0;
        }

        @Override
        public long nanos() {
          return 0;
        }

        @Override
        public void ended(
            RequestRecord record,
            LoggedConnection connection,
            List<AccessLogConfig> logs,
            boolean own) {}
      };

  /** Wall clock. */
  long millis();

  /** Monotonic clock. */
  long nanos();

  /**
   * A connection has ended.
   *
   * @param logs those that are asked for it
   * @param own whether it has a line in the node's own log too
   */
  void ended(
      RequestRecord record, LoggedConnection connection, List<AccessLogConfig> logs, boolean own);
}
