package dev.weft.agent.catalog.registry;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** Clients that wait for a change of what they asked for. Owned by one Vert.x context. */
final class BlockingQueries {
  /** Clients that wait at most. */
  static final int LIMIT = 8_192;

  private final Vertx vertx;
  private final Registry registry;
  private final RandomGenerator random;
  private final Map<Topic, Set<Waiting>> waiting = new HashMap<>();
  private int count;

  BlockingQueries(Vertx vertx, Context context, Registry registry, RandomGenerator random) {
    this.vertx = vertx;
    this.registry = registry;
    this.random = random;
    registry.listen(change -> {
      switch (change) {
        case Change.OfService _, Change.OfNode _ -> context.runOnContext(nothing -> wake(change));
        case Change.CheckDefined _,
            Change.CheckKept _,
            Change.CheckReported _,
            Change.CheckRemoved _,
            Change.Renewed _ -> {}
      }
    });
  }

  /**
   * Calls back when the contents are what is waited for, or the time is up; at once when they
   * already are. Not at all when the client goes.
   *
   * @throws RegistryError when too many wait
   */
  void await(
      Topic topic,
      Predicate<Contents> ready,
      long waitMillis,
      HttpServerResponse response,
      Runnable answer) {
    if (ready.test(registry.contents())) {
      answer.run();
      return;
    }
    if (count >= LIMIT) {
      throw new RegistryError(429, "more than " + LIMIT + " blocking queries are waiting");
    }
    // Up to a sixteenth longer, as in Consul, so that clients that began together do not end so.
    long wait = waitMillis + random.nextLong(waitMillis / 16 + 1);
    Waiting entry = new Waiting(topic, ready, answer);
    entry.timer = vertx.setTimer(wait, id -> finish(entry));
    waiting.computeIfAbsent(topic, key -> new LinkedHashSet<>()).add(entry);
    count++;
    response.closeHandler(closed -> {
      vertx.cancelTimer(entry.timer);
      remove(entry);
    });
  }

  /** Answers all who wait. */
  void close() {
    everyone().forEach(this::finish);
  }

  private void wake(Change change) {
    switch (change) {
      case Change.OfService(String name, boolean registrations, boolean checks) -> {
        wake(new Topic.Health(name));
        if (registrations) {
          wake(new Topic.Registrations());
          wake(new Topic.Catalog(name));
        }
        if (checks) {
          wake(new Topic.Checks(name));
          wake(new Topic.AllChecks());
        }
      }
      case Change.OfNode() -> {
        wake(new Topic.AllChecks());
        List.copyOf(waiting.keySet()).stream()
            .filter(topic -> topic instanceof Topic.Health)
            .forEach(this::wake);
      }
      case Change.CheckDefined _,
          Change.CheckKept _,
          Change.CheckReported _,
          Change.CheckRemoved _,
          Change.Renewed _ -> {}
    }
  }

  private void wake(Topic topic) {
    Set<Waiting> there = waiting.get(topic);
    if (there == null) {
      return;
    }
    Contents contents = registry.contents();
    for (Waiting entry : List.copyOf(there)) {
      if (entry.ready.test(contents)) {
        finish(entry);
      }
    }
  }

  private List<Waiting> everyone() {
    return waiting.values().stream().flatMap(Set::stream).toList();
  }

  private void finish(Waiting entry) {
    if (remove(entry)) {
      vertx.cancelTimer(entry.timer);
      entry.answer.run();
    }
  }

  private boolean remove(Waiting entry) {
    Set<Waiting> there = waiting.get(entry.topic);
    if (there == null || !there.remove(entry)) {
      return false;
    }
    count--;
    if (there.isEmpty()) {
      waiting.remove(entry.topic);
    }
    return true;
  }

  /** One client. Not a record: told apart by identity. */
  private static final class Waiting {
    private final Topic topic;
    private final Predicate<Contents> ready;
    private final Runnable answer;
    private long timer = -1;

    Waiting(Topic topic, Predicate<Contents> ready, Runnable answer) {
      this.topic = topic;
      this.ready = ready;
      this.answer = answer;
    }
  }
}
