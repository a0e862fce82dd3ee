package dev.weft.agent.catalog.registry;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds what connected clients can hold: their number, and the time that they are connected
 * without a request under way, which is also the time that a head may take. Owned by one Vert.x
 * context.
 */
final class Connections {
  /** Connections at most; a further one is closed at once. */
  static final int LIMIT = 10_000;

  private final Vertx vertx;
  private final long idleMillis;
  private final Map<HttpConnection, Connected> connected = new HashMap<>();

  Connections(Vertx vertx, long idleMillis) {
    this.vertx = vertx;
    this.idleMillis = idleMillis;
  }

  void accepted(HttpConnection connection) {
    if (connected.size() >= LIMIT) {
      connection.close();
      return;
    }
    Connected entry = new Connected();
    connected.put(connection, entry);
    connection.closeHandler(closed -> {
      vertx.cancelTimer(entry.timer);
      connected.remove(connection);
    });
    watch(connection, entry);
  }

  /** A request began; until its answer ends the connection is not idle. */
  void began(HttpServerRequest request) {
    Connected entry = connected.get(request.connection());
    if (entry == null) {
      return;
    }
    entry.underWay++;
    vertx.cancelTimer(entry.timer);
    request
        .response()
        .endHandler(ended -> {
          entry.underWay--;
          watch(request.connection(), entry);
        });
  }

  private void watch(HttpConnection connection, Connected entry) {
    if (entry.underWay == 0 && connected.containsKey(connection)) {
      vertx.cancelTimer(entry.timer);
      entry.timer = vertx.setTimer(idleMillis, id -> connection.close());
    }
  }

  /** One connection. */
  private static final class Connected {
    private int underWay;
    private long timer = -1;
  }
}
