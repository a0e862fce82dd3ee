package dev.weft.agent.catalog.consul;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Asks Consul at short intervals who leads it: a blocking query that nobody answers because nothing
 * changes is not told from one that hangs, so evidence is renewed by this. An agent that has lost
 * its servers does not know a leader, and what it says of health is old. Used on one Vert.x
 * context.
 */
final class Heartbeat {
  private static final int BODY_LIMIT = 1_024;

  private final Vertx vertx;
  private final HttpClient client;
  private final ConsulOptions options;
  private final LongSupplier monotonicMillis;
  private final LongConsumer alive;
  private long timer = -1;
  private boolean closed;

  /**
   * @param alive told the time, on the agent's monotonic clock, at which the question was asked
   */
  Heartbeat(
      Vertx vertx,
      HttpClient client,
      ConsulOptions options,
      LongSupplier monotonicMillis,
      LongConsumer alive) {
    this.vertx = vertx;
    this.client = client;
    this.options = options;
    this.monotonicMillis = monotonicMillis;
    this.alive = alive;
  }

  void start() {
    long asked = monotonicMillis.getAsLong();
    client
        .request(
            new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(options.url().resolve("/v1/status/leader").toString())
                .setConnectTimeout(2_000))
        .compose(request -> ask(request))
        .onComplete(done -> {
          if (closed) {
            return;
          }
          if (done.succeeded()) {
            alive.accept(asked);
          }
          timer = vertx.setTimer(options.heartbeat().toMillis(), id -> start());
        });
  }

  void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }

  private Future<Buffer> ask(HttpClientRequest request) {
    return request
        .send()
        .compose(Heartbeat::body)
        .timeout(2 * options.heartbeat().toMillis(), TimeUnit.MILLISECONDS)
        .compose(body ->
            // "" is what an agent says that knows no leader.
            body.length() > 2 ? Future.succeededFuture(body) : Future.failedFuture("no leader"))
        .onFailure(e -> request.reset());
  }

  private static Future<Buffer> body(HttpClientResponse response) {
    if (response.statusCode() != 200) {
      return Future.failedFuture("Consul answered " + response.statusCode());
    }
    Buffer body = Buffer.buffer();
    response.handler(part -> {
      if (body.length() + part.length() > BODY_LIMIT) {
        response.request().reset();
      } else {
        body.appendBuffer(part);
      }
    });
    return response.end().map(nothing -> body);
  }
}
