package dev.weft.proxy.http.router;

import dev.weft.proxy.config.AccessLogConfig;
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
  public void ended(
      RequestRecord record, LoggedConnection connection, List<AccessLogConfig> logs, boolean own) {
    if (own) {
      services.decisions().accept(record);
    }
    if (!logs.isEmpty()) {
      new LoggedRequest(logs, record, connection, null, null, null).log(services.decisions());
    }
  }
}
