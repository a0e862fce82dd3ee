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
import java.util.function.LongSupplier;
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

  /** The pause after an answer that came early and said nothing new, which Consul does not give. */
  private static final long REPEAT_MILLIS = 500;

  private final Vertx vertx;
  private final HttpClient client;
  private final ConsulOptions options;
  private final RandomGenerator random;
  private final LongSupplier monotonicMillis;
  private final String path;
  private final Consumer<Buffer> onAnswer;
  private long index;
  private long asked;
  private long askedAtMillis;
  private int failures;
  private boolean answered;
  private boolean doubtful = true;
  private long again;
  private long timer = -1;
  private boolean closed;
  private @Nullable HttpClientRequest underWay;

  Watch(
      Vertx vertx,
      HttpClient client,
      ConsulOptions options,
      RandomGenerator random,
      LongSupplier monotonicMillis,
      String path,
      Consumer<Buffer> onAnswer) {
    this.vertx = vertx;
    this.client = client;
    this.options = options;
    this.random = random;
    this.monotonicMillis = monotonicMillis;
    this.path = path;
    this.onAnswer = onAnswer;
  }

  void start() {
    ask();
  }

  /** Whether what was answered last is still watched over: no query has failed since. */
  boolean watching() {
    return answered && failures == 0;
  }

  /**
   * Whether the answer is the first after a failure or an index that went backwards. Right after a
   * start, Consul may know less than it did.
   */
  boolean doubtful() {
    return doubtful;
  }

  /** Asks for everything once more, after a pause. Called while an answer is handled. */
  void askAgain(long pauseMillis) {
    index = 0;
    again = pauseMillis;
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
    asked = index;
    askedAtMillis = monotonicMillis.getAsLong();
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
    if ("false".equals(response.getHeader("X-Consul-Knownleader"))
        && !"streaming".equals(response.getHeader("X-Consul-Query-Backend"))) {
      return Future.failedFuture("Consul has no leader");
    }
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
    if (next < index) {
      index = 0;
      doubtful = true;
    } else {
      index = Math.max(1, next);
    }
  }

  private void answered(Buffer body) {
    underWay = null;
    if (closed) {
      return;
    }
    failures = 0;
    answered = true;
    try {
      onAnswer.accept(body);
    } catch (RuntimeException e) {
      failed(e);
      return;
    }
    doubtful = false;
    boolean early = index != 0 && index == asked && early();
    long pause = Math.max(again, early ? REPEAT_MILLIS : 0);
    again = 0;
    if (pause > 0) {
      timer = vertx.setTimer(pause, id -> ask());
    } else {
      ask();
    }
  }

  private boolean early() {
    return monotonicMillis.getAsLong() - askedAtMillis < options.hold().toMillis() / 2;
  }

  private void failed(Throwable cause) {
    underWay = null;
    if (closed) {
      return;
    }
    index = 0;
    doubtful = true;
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
