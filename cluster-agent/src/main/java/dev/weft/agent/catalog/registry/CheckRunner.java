package dev.weft.agent.catalog.registry;

import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Runs checks, watches over TTLs, and says which services have been critical for too long. Owned by
 * one Vert.x context: every method is called on it. A check's runs never overlap, each ends within
 * its timeout, and the first comes after a random part of the interval, so that checks registered
 * together do not run together.
 */
final class CheckRunner {
  private final Vertx vertx;
  private final Registry registry;
  private final RandomGenerator random;
  private final CheckTimings timings;
  private final Probes probes;
  private final Consumer<Check> expired;
  private final Map<String, Running> running = new HashMap<>();

  /**
   * @param expired told of a check whose service has to be removed
   */
  CheckRunner(
      Vertx vertx,
      Registry registry,
      RandomGenerator random,
      CheckTimings timings,
      Consumer<Check> expired) {
    this.vertx = vertx;
    this.registry = registry;
    this.random = random;
    this.timings = timings;
    this.probes = new Probes(vertx);
    this.expired = expired;
  }

  /** Begins to run a check, in place of what ran under its id. */
  void define(Check check) {
    remove(check.id());
    Running entry = new Running(check);
    running.put(check.id(), entry);
    entry.begin();
  }

  /** A check was registered again as it was: its times begin anew. */
  void kept(Check check) {
    Running entry = running.get(check.id());
    if (entry != null) {
      entry.restart();
      entry.forget();
    }
  }

  /** A report came for a TTL check: its time begins anew. */
  void reported(Check check) {
    Running entry = running.get(check.id());
    if (entry != null) {
      entry.restart();
      entry.watch();
    }
  }

  /** Stops running a check. */
  void remove(String checkId) {
    Running entry = running.remove(checkId);
    if (entry != null) {
      entry.stop();
    }
  }

  /** Ends all runs. */
  void close() {
    running.values().forEach(Running::stop);
    running.clear();
    probes.close();
  }

  /** One check under way. */
  private final class Running {
    private final Check check;
    private final CheckDefinition definition;
    private final Thresholds thresholds;
    private long timer = -1;
    private long deregister = -1;
    private boolean stopped;

    Running(Check check) {
      this.check = check;
      this.definition = check.definition();
      this.thresholds = new Thresholds(definition);
    }

    void begin() {
      switch (definition.type()) {
        case TTL -> schedule(definition.ttl().toMillis());
        case HTTP, TCP -> {
          long within = Math.min(timings.firstRun().toMillis(), interval());
          schedule(1 + random.nextLong(Math.max(1, within)));
        }
        case MAINTENANCE -> {}
      }
    }

    void restart() {
      if (definition.type() == CheckDefinition.Type.TTL) {
        vertx.cancelTimer(timer);
        schedule(definition.ttl().toMillis());
      }
    }

    void stop() {
      stopped = true;
      vertx.cancelTimer(timer);
      forget();
    }

    /** Starts the clock of the removal at a critical result, stops it at any other. */
    void watch() {
      Check now = registry.contents().check(check.id());
      if (now == null || now.status() != CheckStatus.CRITICAL) {
        forget();
      } else if (deregister < 0
          && !definition.deregisterAfter().isZero()
          && !check.serviceId().isEmpty()) {
        long after =
            Math.max(
                definition.deregisterAfter().toMillis(), timings.shortestDeregister().toMillis());
        deregister =
            vertx.setTimer(
                after,
                id -> {
                  deregister = -1;
                  expired.accept(check);
                });
      }
    }

    void forget() {
      vertx.cancelTimer(deregister);
      deregister = -1;
    }

    private long interval() {
      return Math.max(definition.interval().toMillis(), timings.shortestInterval().toMillis());
    }

    private void schedule(long millis) {
      if (!stopped) {
        timer = vertx.setTimer(Math.max(1, millis), id -> due());
      }
    }

    private void due() {
      switch (definition.type()) {
        case TTL -> {
          Check now = registry.contents().check(check.id());
          String last = now == null ? "" : now.latest().output();
          boolean again = last.startsWith("TTL expired");
          registry.result(
              check.id(),
              CheckStatus.CRITICAL,
              last.isEmpty() || again
                  ? "TTL expired"
                  : Outputs.bounded("TTL expired (last output before timeout follows): " + last));
          watch();
        }
        case HTTP, TCP -> probes.run(definition, this::finished);
        case MAINTENANCE -> {}
      }
    }

    private void finished(CheckStatus result, String output) {
      if (stopped) {
        return;
      }
      thresholds
          .count(result)
          .ifPresentOrElse(
              status -> registry.result(check.id(), status, output),
              () -> registry.confirmed(check.id()));
      watch();
      schedule(interval());
    }
  }
}
