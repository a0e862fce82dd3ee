package dev.weft.agent.catalog.registry;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetClient;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Runs checks and watches over TTLs. Owned by one Vert.x context: every method is called on it. A
 * check's runs never overlap, and the first comes after a random part of the interval, so that
 * checks registered together do not run together.
 */
final class CheckRunner {
  private static final long FIRST_RUN_LIMIT_MILLIS = 1_000;
  private static final int BODY_LIMIT = 4096;

  private final Vertx vertx;
  private final Registry registry;
  private final RandomGenerator random;
  private final HttpClient verifying;
  private final HttpClient trusting;
  private final NetClient tcp;
  private final Map<String, Running> running = new HashMap<>();

  CheckRunner(Vertx vertx, Registry registry, RandomGenerator random) {
    this.vertx = vertx;
    this.registry = registry;
    this.random = random;
    // A check that reuses a connection would not notice that nobody listens any more.
    HttpClientOptions options =
        new HttpClientOptions()
            .setKeepAlive(false)
            .setMaxPoolSize(256)
            .setMaxWaitQueueSize(10_000)
            .setSsl(false);
    this.verifying = vertx.createHttpClient(options);
    this.trusting =
        vertx.createHttpClient(
            new HttpClientOptions(options).setTrustAll(true).setVerifyHost(false));
    this.tcp = vertx.createNetClient();
  }

  /** Begins to run a check, in place of what ran under its id. */
  void define(Check check) {
    remove(check.id());
    Running entry = new Running(check);
    running.put(check.id(), entry);
    switch (check.definition().type()) {
      case TTL -> entry.schedule(check.definition().ttl().toMillis());
      case HTTP, TCP ->
          entry.schedule(
              1
                  + random.nextLong(
                      Math.max(
                          1,
                          Math.min(
                              FIRST_RUN_LIMIT_MILLIS, check.definition().interval().toMillis()))));
    }
  }

  /** Stops running a check. */
  void remove(String checkId) {
    Running entry = running.remove(checkId);
    if (entry != null) {
      entry.stop();
    }
  }

  /** A report came for a TTL check: its time begins again. */
  void reported(String checkId) {
    Running entry = running.get(checkId);
    if (entry != null) {
      entry.restart();
    }
  }

  /** Ends all runs. */
  void close() {
    running.values().forEach(Running::stop);
    running.clear();
  }

  /** One check under way. */
  private final class Running {
    private final Check check;
    private final CheckDefinition definition;
    private long timer = -1;
    private boolean stopped;
    private int successes;
    private int failures;

    Running(Check check) {
      this.check = check;
      this.definition = check.definition();
    }

    void schedule(long millis) {
      if (!stopped) {
        timer = vertx.setTimer(Math.max(1, millis), id -> due());
      }
    }

    void restart() {
      vertx.cancelTimer(timer);
      schedule(definition.ttl().toMillis());
    }

    void stop() {
      stopped = true;
      vertx.cancelTimer(timer);
    }

    private void due() {
      switch (definition.type()) {
        case TTL -> {
          registry.result(check.id(), CheckStatus.CRITICAL, "TTL expired");
        }
        case HTTP ->
            http()
                .onComplete(
                    done -> finished(done.succeeded() ? done.result() : broken(done.cause())));
        case TCP ->
            connect()
                .onComplete(
                    done -> finished(done.succeeded() ? done.result() : broken(done.cause())));
      }
    }

    private Outcome broken(Throwable cause) {
      return new Outcome(CheckStatus.CRITICAL, definition.target() + ": " + cause.getMessage());
    }

    private void finished(Outcome outcome) {
      if (stopped) {
        return;
      }
      if (outcome.status() == CheckStatus.CRITICAL) {
        successes = 0;
        failures++;
      } else {
        failures = 0;
        successes++;
      }
      registry.result(check.id(), settled(outcome.status()), outcome.output());
      schedule(definition.interval().toMillis());
    }

    /**
     * The status after the thresholds: until one is reached the check keeps the status that it has.
     */
    private CheckStatus settled(CheckStatus result) {
      Check known = registry.contents().checks().get(check.id());
      CheckStatus before = known == null ? CheckStatus.CRITICAL : known.status();
      if (result != CheckStatus.CRITICAL) {
        return successes > definition.successBeforePassing() ? result : before;
      }
      if (failures > definition.failuresBeforeCritical()) {
        return CheckStatus.CRITICAL;
      }
      return definition.failuresBeforeWarning() > 0 && failures > definition.failuresBeforeWarning()
          ? CheckStatus.WARNING
          : before;
    }

    private Future<Outcome> http() {
      URI uri;
      try {
        uri = URI.create(definition.target());
      } catch (IllegalArgumentException e) {
        return Future.succeededFuture(
            new Outcome(CheckStatus.CRITICAL, "not a URL: " + definition.target()));
      }
      long timeout = definition.timeout().toMillis();
      RequestOptions options =
          new RequestOptions()
              .setAbsoluteURI(uri.toString())
              .setMethod(HttpMethod.valueOf(definition.method()))
              .setConnectTimeout(timeout)
              .setFollowRedirects(true);
      definition
          .headers()
          .forEach((name, values) -> options.putHeader(name, List.<CharSequence>copyOf(values)));
      HttpClient client = definition.tlsSkipVerify() ? trusting : verifying;
      return client
          .request(options)
          .compose(request -> send(request))
          .timeout(Math.max(1, timeout), TimeUnit.MILLISECONDS);
    }

    private Future<Outcome> send(HttpClientRequest request) {
      Future<Outcome> outcome =
          (definition.body().isEmpty() ? request.send() : request.send(definition.body()))
              .compose(this::judge);
      // Whatever ends the run ends the connection, so that a hung peer holds nothing of ours.
      long guard =
          vertx.setTimer(
              definition.timeout().plus(Duration.ofMillis(100)).toMillis(), id -> request.reset());
      return outcome.onComplete(done -> vertx.cancelTimer(guard));
    }

    private Future<Outcome> judge(HttpClientResponse response) {
      StringBuilder body = new StringBuilder();
      response.handler(part -> {
        if (body.length() < BODY_LIMIT) {
          body.append(part.getString(0, Math.min(part.length(), BODY_LIMIT)));
        }
      });
      CheckStatus status =
          response.statusCode() / 100 == 2
              ? CheckStatus.PASSING
              : response.statusCode() == 429 ? CheckStatus.WARNING : CheckStatus.CRITICAL;
      return response
          .end()
          .map(nothing ->
              new Outcome(
                  status,
                  String.format(
                      Locale.ROOT,
                      "HTTP %s %s: %d %s Output: %s",
                      definition.method(),
                      definition.target(),
                      response.statusCode(),
                      response.statusMessage(),
                      body)));
    }

    private Future<Outcome> connect() {
      int colon = definition.target().lastIndexOf(':');
      if (colon < 0 || !definition.target().substring(colon + 1).matches("\\d{1,5}")) {
        return Future.succeededFuture(
            new Outcome(CheckStatus.CRITICAL, "not host:port: " + definition.target()));
      }
      return tcp.connect(
              Integer.parseInt(definition.target().substring(colon + 1)),
              definition.target().substring(0, colon))
          .compose(socket -> socket.close())
          .map(nothing ->
              new Outcome(CheckStatus.PASSING, "TCP connect " + definition.target() + ": Success"))
          .timeout(definition.timeout().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** What one run found. */
  private record Outcome(CheckStatus status, String output) {}
}
