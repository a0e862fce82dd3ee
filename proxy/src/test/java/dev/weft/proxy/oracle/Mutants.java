package dev.weft.proxy.oracle;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import dev.weft.proxy.oracle.OracleCase.Attempts;
import dev.weft.proxy.oracle.Playthrough.Seen;
import dev.weft.proxy.xds.parse.AnyResource;
import dev.weft.proxy.xds.parse.Parsed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Plays a case through Weft with changed configurations, each with origins of its own, and tells
 * which calls see the change.
 */
final class Mutants implements AutoCloseable {

  private static final int TRIES = 20;

  /** How often a play with nothing changed may differ: a machine that is busy delays things. */
  private static final int AGAIN = 3;

  /** A changed configuration that has not played so much later than the unchanged one differs. */
  private static final long PATIENCE_MILLIS = 20_000;

  private final OraclePki pki = new OraclePki();
  private final Caller caller = new Caller(pki);
  private final ExecutorService players = Executors.newVirtualThreadPerTaskExecutor();

  /** What a change did. */
  sealed interface Effect {
    /** It is no change. */
    record Same() implements Effect {}

    /** The configuration is not accepted. */
    record Refused(List<String> paths) implements Effect {}

    /** What was seen: the calls that differ and the number of calls. */
    record Seen(boolean differs, int changedCalls, int calls) implements Effect {}
  }

  /** The effects of changes of one case. */
  Map<Mutation, Effect> play(OracleCase test, List<Mutation> mutations) {
    Map<Mutation, Effect> effects = new LinkedHashMap<>();
    List<Variant> variants = new ArrayList<>();
    try {
      Variant plain = variant(test, 0);
      variants.add(plain);
      Variant same = variant(test, 1);
      variants.add(same);
      Map<Mutation, Variant> accepted = new LinkedHashMap<>();
      for (Mutation mutation : mutations) {
        Resources changed = mutation.in(plain.resources);
        if (changed.equals(plain.resources)) {
          effects.put(mutation, new Effect.Same());
          continue;
        }
        List<String> refused = refused(changed);
        if (!refused.isEmpty()) {
          effects.put(mutation, new Effect.Refused(refused));
        } else {
          Variant variant = variant(test, variants.size());
          variants.add(variant.with(mutation.in(variant.resources)));
          accepted.put(mutation, variants.getLast());
        }
      }
      if (!accepted.isEmpty()) {
        run(plain, same, accepted, effects, variants);
      }
    } finally {
      variants.forEach(variant -> {
        variant.origins.values().forEach(ScriptedOrigin::close);
        LogFile.of(variant.test).delete();
      });
    }
    return effects;
  }

  private void run(
      Variant plain,
      Variant same,
      Map<Mutation, Variant> accepted,
      Map<Mutation, Effect> effects,
      List<Variant> variants) {
    List<Resources> all = variants.stream().map(Variant::resources).toList();
    try (WeftSubject weft = WeftSubject.start(all, pki, List.of(plain.listener()), 1)) {
      long began = System.nanoTime();
      Playthrough expected = settled(weft, plain);
      long limit = 3 * TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + PATIENCE_MILLIS;
      Future<Effect> control = players.submit(() -> effect(weft, same, expected));
      Map<Mutation, Future<Effect>> running = new LinkedHashMap<>();
      accepted.forEach((mutation, variant) ->
          running.put(mutation, players.submit(() -> effect(weft, variant, expected))));
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limit);
      running.forEach((mutation, effect) -> effects.put(mutation, result(effect, end, plain.test)));
      boolean differs = matters(result(control, end, plain.test));
      for (int again = 0; differs && again < AGAIN; again++) {
        differs = matters(effect(weft, same, expected));
      }
      if (differs) {
        throw new IllegalStateException(
            plain.test.name()
                + " plays differently with nothing changed, so that it shows nothing: "
                + expected
                + ", then "
                + played(weft, same, true));
      }
    }
  }

  /** The first play that meets the expectations: health checks take a moment to have their say. */
  private Playthrough settled(WeftSubject weft, Variant plain) {
    Playthrough made = played(weft, plain, false);
    for (int again = 0; !made.problems().isEmpty() && again < TRIES; again++) {
      made = played(weft, plain, false);
    }
    if (!made.problems().isEmpty()) {
      throw new IllegalStateException(plain.test.name() + ": " + made.problems());
    }
    return made;
  }

  private static Effect result(Future<Effect> effect, long end, OracleCase test) {
    try {
      return effect.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      effect.cancel(true);
      // It differs; which of the calls do not is not known.
      return new Effect.Seen(true, test.calls().size(), test.calls().size());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException) {
        // Nobody listens where the case dials.
        return new Effect.Seen(true, test.calls().size(), test.calls().size());
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Effect effect(WeftSubject weft, Variant variant, Playthrough expected) {
    int calls = variant.test.calls().size();
    if (!served(weft, variant)) {
      return new Effect.Seen(true, calls, calls);
    }
    Playthrough found = played(weft, variant, true);
    int changed = 0;
    for (int i = 0; i < calls; i++) {
      if (!same(variant.test.attempts(), expected.byCall().get(i), found.byCall().get(i))) {
        changed++;
      }
    }
    return new Effect.Seen(
        changed > 0 || !found.problems().isEmpty() || differs(variant.test, found, expected),
        changed,
        calls);
  }

  private static boolean matters(Effect effect) {
    return effect instanceof Effect.Seen(boolean differs, int changed, int calls) && differs;
  }

  private static boolean served(WeftSubject weft, Variant variant) {
    try {
      await()
          .atMost(Duration.ofSeconds(2))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> weft.serves(variant.listener()));
      return true;
    } catch (RuntimeException not) {
      return false;
    }
  }

  private static boolean same(Attempts attempts, Seen here, Seen there) {
    List<Answer> one = here.answers();
    List<Answer> other = there.answers();
    return attempts instanceof Attempts.Exact
        ? one.equals(other)
            && here.arrived().equals(there.arrived())
            && here.logged().equals(there.logged())
        : one.stream()
            .map(Answer::status)
            .sorted()
            .toList()
            .equals(other.stream().map(Answer::status).sorted().toList());
  }

  private static boolean differs(OracleCase test, Playthrough found, Playthrough expected) {
    try {
      Observation.compare(
          test.name(), found.observation(), expected.observation(), test.attempts());
      return false;
    } catch (AssertionError different) {
      return true;
    }
  }

  private Playthrough played(WeftSubject weft, Variant variant, boolean changed) {
    String name = variant.test.name();
    // Each variant has its own names and ports, and headers and logs may tell them.
    return Playthrough.of(variant.test, weft, variant.origins, caller, changed)
        .renamed(text -> text.replace(name, "").replaceAll(":[0-9]+", ":port"));
  }

  /** The paths of what Weft does not accept. */
  static List<String> refused(Resources all) {
    List<String> paths = new ArrayList<>();
    all.all().forEach(one -> paths.addAll(refused(one)));
    return paths;
  }

  /** The same of one resource. */
  static List<String> refused(Message resource) {
    return switch (AnyResource.parse(resource)) {
      case Parsed.Accepted<?> accepted -> List.of();
      case Parsed.Rejected<?>(var problems) ->
          problems.stream().map(problem -> problem.path()).toList();
    };
  }

  private record Variant(
      OracleCase test, Map<String, ScriptedOrigin> origins, Resources resources) {
    Variant with(Resources changed) {
      return new Variant(test, origins, changed);
    }

    String listener() {
      return resources.listeners().getFirst().getName();
    }
  }

  private Variant variant(OracleCase test, int number) {
    OracleCase named = test.as(test.name() + "~" + number);
    Map<String, ScriptedOrigin> origins = new HashMap<>();
    Map<String, Integer> ports = new HashMap<>();
    named
        .origins()
        .forEach((id, spec) -> {
          ScriptedOrigin origin = new ScriptedOrigin(id, spec, pki);
          origins.put(id, origin);
          ports.put(id, origin.port());
        });
    return new Variant(named, origins, Resources.of(named, ports, pki));
  }

  @Override
  public void close() {
    players.shutdownNow();
    caller.close();
  }
}
