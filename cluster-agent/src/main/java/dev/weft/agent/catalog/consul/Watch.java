package dev.weft.agent.catalog.consul;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One blocking query, asked again and again. Consul's rules for indexes hold: one that goes
 * backwards begins at 0 again, and 0 is never sent as something seen. After a failure it pauses,
 * longer each time, with jitter. Used on one Vert.x context.
 */
final class Watch {
  private static final System.Logger LOG = System.getLogger(Watch.class.getName());
  private static final int BODY_LIMIT = 16 * 1024 * 1024;

  private final Vertx vertx;
  private final HttpClient client;
  private final ConsulOptions options;
  private final RandomGenerator random;
  private final String path;
  private final Consumer<Buffer> onAnswer;
  private long index;
  private int failures;
  private long timer = -1;
  private boolean closed;
  private @Nullable HttpClientRequest underWay;

  Watch(
      Vertx vertx,
      HttpClient client,
      ConsulOptions options,
      RandomGenerator random,
      String path,
      Consumer<Buffer> onAnswer) {
    this.vertx = vertx;
    this.client = client;
    this.options = options;
    this.random = random;
    this.path = path;
    this.onAnswer = onAnswer;
  }

  void start() {
    ask();
  }

  void close() {
    closed = true;
    vertx.cancelTimer(timer);
    HttpClientRequest request = underWay;
    if (request != null) {
      request.reset();
    }
  }

  private void ask() {
    if (closed) {
      return;
    }
    String query =
        index == 0
            ? "?stale"
            : "?stale&index=" + index + "&wait=" + options.hold().toSeconds() + "s";
    RequestOptions request =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setAbsoluteURI(options.url().resolve(path) + query)
            .setConnectTimeout(2_000);
    try {
      if (options.tokenFile().isPresent()) {
        request.putHeader("X-Consul-Token", Files.readString(options.tokenFile().get()).strip());
      }
    } catch (IOException e) {
      failed(e);
      return;
    }
    // Consul adds up to a sixteenth to the wait: past that, it is the connection that is dead.
    long limit = index == 0 ? 10_000 : options.hold().toMillis() * 17 / 16 + 5_000;
    client
        .request(request)
        .compose(sent -> {
          underWay = sent;
          return sent.send().compose(this::body);
        })
        .timeout(limit, TimeUnit.MILLISECONDS)
        .onSuccess(this::answered)
        .onFailure(e -> {
          HttpClientRequest hung = underWay;
          if (hung != null) {
            hung.reset();
          }
          failed(e);
        });
  }

  private Future<Buffer> body(HttpClientResponse response) {
    if (response.statusCode() != 200) {
      return Future.failedFuture("Consul answered " + response.statusCode() + " to " + path);
    }
    Buffer body = Buffer.buffer();
    response.handler(part -> {
      if (body.length() + part.length() > BODY_LIMIT) {
        response.request().reset();
      } else {
        body.appendBuffer(part);
      }
    });
    String sent = response.getHeader("X-Consul-Index");
    return response
        .end()
        .map(nothing -> {
          seen(sent);
          return body;
        });
  }

  private void seen(@Nullable String sent) {
    long next = sent != null && sent.matches("\\d{1,18}") ? Long.parseLong(sent) : 0;
    index = next < index ? 0 : Math.max(1, next);
  }

  private void answered(Buffer body) {
    failures = 0;
    underWay = null;
    if (closed) {
      return;
    }
    try {
      onAnswer.accept(body);
    } catch (RuntimeException e) {
      failed(e);
      return;
    }
    ask();
  }

  private void failed(Throwable cause) {
    underWay = null;
    if (closed) {
      return;
    }
    index = 0;
    failures++;
    long base = options.backOff().toMillis() << Math.min(failures - 1, 10);
    long limited = Math.min(base, options.longestBackOff().toMillis());
    long pause = limited / 2 + random.nextLong(limited / 2 + 1);
    if (failures == 1 || failures % 10 == 0) {
      LOG.log(System.Logger.Level.WARNING, "Consul: {0}: {1}", path, cause.getMessage());
    }
    timer = vertx.setTimer(Math.max(1, pause), id -> ask());
  }
}
