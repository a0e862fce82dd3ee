package dev.weft.proxy.http.router;

import dev.weft.proxy.config.AccessLogConfig;
import dev.weft.proxy.config.LogType;
import dev.weft.proxy.telemetry.ConnectionLog;
import dev.weft.proxy.telemetry.LoggedConnection;
import dev.weft.proxy.telemetry.RequestRecord;
import java.util.List;

/** Lines about whole connections, with the filters and formats of those about requests. */
record ConnectionLines(RouterServices services) implements ConnectionLog {
  @Override
  public long millis() {
    return services.clock().millis();
  }

  @Override
  public long nanos() {
    return services.nanoTime().getAsLong();
  }

  @Override
  public void decided(RequestRecord record) {
    services.decisions().accept(record);
  }

  @Override
  public void lines(
      List<AccessLogConfig> logs, LogType type, RequestRecord record, LoggedConnection connection) {
    if (!logs.isEmpty()) {
      new LoggedRequest(logs, type, record, connection, null, null, null).log(services.decisions());
    }
  }
}
