package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.AccessLogConfig;
import dev.weft.proxy.config.LogType;
import java.util.List;

/**
 * Takes connections, for the access logs of listeners and TCP proxies and for the node's own log.
 * One for each worker; called on its loop only.
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
        public void decided(RequestRecord record) {}

        @Override
        public void lines(
            List<AccessLogConfig> logs,
            LogType type,
            RequestRecord record,
            LoggedConnection connection) {}
      };

  /** Wall clock. */
  long millis();

  /** Monotonic clock. */
  long nanos();

  /** A connection has ended that the node's own log tells too. */
  void decided(RequestRecord record);

  /**
   * Writes lines.
   *
   * @param logs those that are asked for one
   */
  void lines(
      List<AccessLogConfig> logs, LogType type, RequestRecord record, LoggedConnection connection);
}
