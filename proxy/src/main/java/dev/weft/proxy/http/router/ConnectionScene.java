package dev.weft.proxy.http.router;

import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.telemetry.LoggedConnection;
import dev.weft.proxy.telemetry.RequestRecord;
import java.util.List;

/** What format strings can speak of where there is a connection and no request. Stateless. */
final class ConnectionScene {
  private ConnectionScene() {}

  /** Writes values into headers, as they stand for the connection. */
  static void write(List<HeaderValue> values, LoggedConnection connection, HeaderList into) {
    if (!values.isEmpty()) {
      RequestHead none = new RequestHead("", "", "", "", new HeaderList(4));
      RequestRecord record =
          new RequestRecord(
              0, 0, 0, "", connection.remoteAddress(), connection.peerUri(), "", "", "", "");
      HeaderWriting.add(values, into, new ValueScene(none, connection, record), into);
    }
  }
}
