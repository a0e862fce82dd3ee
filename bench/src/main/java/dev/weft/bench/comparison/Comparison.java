package dev.weft.bench.comparison;

import dev.weft.bench.load.Load;
import dev.weft.bench.load.LoadResult;
import dev.weft.bench.machine.Child;
import dev.weft.bench.peer.Fleet;
import dev.weft.bench.peer.Ground;
import dev.weft.bench.peer.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Measures one mode after the other: all peers run, and take turns under load. */
final class Comparison {
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(90);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final double CHEAPER = 0.97;

  /** Turns without getting cheaper that end the warm-up. */
  private static final int LEVEL = 2;

  private final Ground ground;
  private final Child backend;
  private final List<Peer> peers;
  private final Plan plan;
  private final Consumer<String> progress;

  Comparison(Ground ground, Child backend, List<Peer> peers, Plan plan, Consumer<String> progress) {
    this.ground = ground;
    this.backend = backend;
    this.peers = List.copyOf(peers);
    this.plan = plan;
    this.progress = progress;
  }

  /** Starts the peers that can, warms them up, and measures the rounds. */
  ModeResult measure(Mode mode) throws IOException {
    Map<String, Fleet> fleets = new LinkedHashMap<>();
    Set<String> compiling = new HashSet<>();
    try {
      for (Peer peer : peers) {
        if (peer.serves(mode.topology())) {
          if (peer.compilesAsItRuns()) {
            compiling.add(peer.name());
          }
          fleets.put(peer.name(), peer.start(mode.topology(), ground));
        }
      }
      Measurement measurement = new Measurement(ground.cores(), backend, fleets.values());
      Load load = mode.load(ground);
      Load warmup = mode.warmup(ground);
      for (Map.Entry<String, Fleet> fleet : fleets.entrySet()) {
        awaitServing(fleet.getKey(), fleet.getValue(), load);
        for (Probe probe : mode.probes(ground)) {
          probe.require(fleet.getKey(), fleet.getValue().port());
        }
        progress.accept(mode.label() + ": warming up " + fleet.getKey());
        if (compiling.contains(fleet.getKey())) {
          warmUp(measurement, fleet.getValue(), warmup);
        } else {
          warmup.run(fleet.getValue().port(), Math.min(plan.warmup(), plan.seconds()));
        }
      }
      return rounds(mode, measurement, fleets, load);
    } finally {
      for (Fleet fleet : fleets.values()) {
        fleet.close();
      }
    }
  }

  /**
   * For so many seconds, and on until requests have not become cheaper twice in a row: compilers
   * are not done before.
   */
  private void warmUp(Measurement measurement, Fleet fleet, Load load) throws IOException {
    load.run(fleet.port(), plan.warmup());
    double least = Double.MAX_VALUE;
    int level = 0;
    for (int more = 0; more < plan.furtherWarmups() && level < LEVEL; more++) {
      double now = measurement.take(fleet, load, plan.seconds()).cpuMicros();
      level = now > CHEAPER * least ? level + 1 : 0;
      least = Math.min(least, now);
    }
  }

  private ModeResult rounds(
      Mode mode, Measurement measurement, Map<String, Fleet> fleets, Load load) throws IOException {
    List<Map<String, Slice>> quiet = new ArrayList<>();
    int discarded = 0;
    List<Map.Entry<String, Fleet>> order = new ArrayList<>(fleets.entrySet());
    int wanted = mode.rounds(plan.rounds());
    // As many again: a machine that is never quiet must not be measured for ever.
    for (int tried = 0; quiet.size() < wanted && tried < 2 * wanted; tried++) {
      Map<String, Slice> round = new LinkedHashMap<>();
      for (Map.Entry<String, Fleet> turn : order) {
        String name = turn.getKey();
        for (int attempt = 0; attempt < plan.attempts() && !round.containsKey(name); attempt++) {
          Slice slice = measurement.take(turn.getValue(), load, plan.seconds());
          progress.accept(line(mode, tried + 1, name, slice));
          if (slice.foreign() <= plan.foreign() && slice.load().errors() == 0) {
            round.put(name, slice);
          } else {
            discarded++;
          }
        }
        if (!round.containsKey(name)) {
          break;
        }
      }
      if (round.size() == order.size()) {
        quiet.add(round);
      }
      Collections.rotate(order, 1);
    }
    return new ModeResult(mode, quiet, discarded);
  }

  private String line(Mode mode, int round, String name, Slice slice) {
    return String.format(
        Locale.ROOT,
        "%s round %d %-8s %8.1f us/request %9.0f/s p99 %7.0f us errors %d foreign %.1f %%%s",
        mode.label(),
        round,
        name,
        slice.cpuMicros(),
        slice.rate(),
        slice.load().p99Micros(),
        slice.load().errors(),
        slice.foreign() * 100,
        slice.foreign() > plan.foreign() || slice.load().errors() > 0 ? " (discarded)" : "");
  }

  private void awaitServing(String name, Fleet fleet, Load load) throws IOException {
    long end = System.nanoTime() + START_NANOS;
    while (true) {
      IOException last = null;
      try {
        LoadResult result = load.run(fleet.port(), 1);
        if (result.requests() > 0 && result.errors() == 0) {
          return;
        }
      } catch (IOException e) {
        last = e;
      }
      fleet.cpuNanos(); // says so if it has ended
      if (System.nanoTime() - end > 0) {
        throw new IOException(name + " does not serve; its logs: " + ground.directory(), last);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
