package dev.weft.bench.soak;

import dev.weft.bench.peer.Ground;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** One run: load, changes and samples, and what was wrong. */
final class Soak {
  private static final int START_SECONDS = 120;
  private static final int END_SECONDS = 60;
  private static final int SAMPLES = 20;
  private static final int LONGEST_SLICE_SECONDS = 20;

  /** Descriptors that a node may have more at the end than before: what it opened once for good. */
  private static final int DESCRIPTORS = 12;

  /** So many lines about failed requests are shown. */
  private static final int LINES = 40;

  private final Ground ground;
  private final Mesh mesh;
  private final Consumer<String> progress;
  private final List<String> problems = new ArrayList<>();
  private final List<Watched> all;

  Soak(Ground ground, Mesh mesh, Consumer<String> progress) {
    this.ground = ground;
    this.mesh = mesh;
    this.progress = progress;
    this.all = mesh.nodes().stream().map(Watched::new).toList();
  }

  /** A node, and what was seen of it. */
  private static final class Watched {
    private final Node node;
    private final List<Sample> samples = new ArrayList<>();
    private long descriptors;

    Watched(Node node) {
      this.node = node;
    }
  }

  /**
   * Runs to the end.
   *
   * @param still whether nothing changes meanwhile
   * @return what was wrong; empty: it passed
   */
  List<String> run(int seconds, boolean still, int patienceSeconds) throws IOException {
    await("not ready", START_SECONDS, node -> node.ready());
    for (Watched one : all) {
      one.descriptors = one.node.descriptors();
    }
    progress.accept("ready, loading for " + seconds + " s");
    Streams streams =
        Streams.start(
            ground,
            mesh,
            seconds,
            Math.clamp(seconds / 3, 5, LONGEST_SLICE_SECONDS),
            patienceSeconds);
    int rounds = load(streams, seconds, still);
    streams.all().forEach(this::report);
    failedRequests();
    rest(still);
    for (Watched one : all) {
      memory(one.node, one.samples);
      complaints(one.node, rounds);
    }
    return problems;
  }

  private int load(Streams streams, int seconds, boolean still) throws IOException {
    Changes changes = new Changes(mesh);
    if (!still) {
      changes.start();
    }
    try {
      long interval = TimeUnit.SECONDS.toNanos(Math.clamp(seconds / SAMPLES, 5, 30));
      long nextSample = System.nanoTime() + interval;
      while (streams.running()) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        if (System.nanoTime() - nextSample > 0) {
          nextSample = System.nanoTime() + interval;
          sample(streams, changes.rounds());
        }
      }
    } finally {
      changes.end();
    }
    changes.problem().ifPresent(problems::add);
    return changes.rounds();
  }

  private void sample(Streams streams, int round) throws IOException {
    for (Watched one : all) {
      one.samples.add(one.node.sample());
    }
    progress.accept(
        String.format(
            Locale.ROOT,
            "round %d, %,d requests; the caller's sidecar: %s",
            round,
            streams.all().stream().mapToLong(one -> one.requests().get()).sum(),
            all.getFirst().samples.getLast()));
  }

  private void report(Streams.Running one) {
    progress.accept(
        String.format(
            Locale.ROOT,
            "%-14s %,12d answered, %d failed",
            one.name(),
            one.requests().get(),
            one.errors().get()));
    if (one.errors().get() > 0) {
      problems.add(one.name() + ": " + one.errors().get() + " failed");
    }
    if (one.requests().get() == 0) {
      problems.add(one.name() + ": nothing was answered");
    }
    one.problems().forEach(problem -> problems.add(one.name() + ": " + problem));
  }

  /** What the load does not tell: an answer with a gRPC status is a good one for h2load. */
  private void failedRequests() throws IOException {
    mesh.orders()
        .series("weft_requests_total")
        .filter(line -> !line.contains("flag=\"-\"") && !line.contains("flag=\"DC\""))
        .forEach(line -> problems.add("the caller's sidecar counts " + line));
    if (!problems.isEmpty()) {
      mesh.failures().stream().limit(LINES).forEach(progress);
      for (String metric : List.of("weft_upstream_attempts_total", "weft_upstream_retries_total")) {
        mesh.orders().series(metric).forEach(progress);
      }
      for (Watched one : all) {
        refused(one.node);
      }
    }
  }

  /** What explains why a connection was not to be had. */
  private void refused(Node node) throws IOException {
    for (String metric :
        List.of("weft_upstream_tls_failures_total", "weft_downstream_refused_total")) {
      node.series(metric).forEach(line -> progress.accept(node.name() + ": " + line));
    }
  }

  /** Everything that came with the load goes with it. */
  private void rest(boolean still) throws IOException {
    mesh.quiet();
    await("connections left", END_SECONDS, node -> node.connections() == 0);
    for (Watched one : all) {
      long now = one.node.descriptors();
      if (now > one.descriptors + DESCRIPTORS) {
        problems.add(
            one.node.name() + ": " + one.descriptors + " descriptors before, " + now + " after");
      }
      if (!still) {
        one.samples.add(one.node.sample());
      }
    }
  }

  private void memory(Node node, List<Sample> samples) {
    if (!samples.isEmpty()) {
      progress.accept(
          node.name() + ": first " + samples.getFirst() + ", last " + samples.getLast());
    }
    // The last one is without load.
    List<Sample> underLoad = samples.isEmpty() ? samples : samples.subList(0, samples.size() - 1);
    Trend.ALL.forEach(trend ->
        trend.problem(underLoad).ifPresent(text -> problems.add(node.name() + ": " + text)));
  }

  private void complaints(Node node, int rounds) throws IOException {
    node.complaints().forEach(line -> problems.add(node.name() + ": " + line));
    node.agent().refusals().forEach(text -> problems.add(node.name() + " refuses " + text));
    if (rounds > 0 && node.agent().signed() < rounds / 4) {
      problems.add(node.name() + ": only " + node.agent().signed() + " certificates");
    }
  }

  private interface Condition {
    boolean holds(Node node) throws IOException;
  }

  private void await(String otherwise, int seconds, Condition condition) throws IOException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (Node node : mesh.nodes()) {
      while (!condition.holds(node)) {
        if (System.nanoTime() - until > 0) {
          problems.add(node.name() + ": " + otherwise + " after " + seconds + " s");
          break;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
    }
  }
}
