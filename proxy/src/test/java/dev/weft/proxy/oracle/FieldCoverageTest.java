package dev.weft.proxy.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Struct;
import dev.weft.proxy.oracle.Mutants.Effect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Holds the cases against the list of understood fields. A case <em>covers</em> a field positively
 * when what it sees changes with the field, negatively when some of it does and some does not; a
 * value that is refused with the field's path is negative too. Both are tried, in Weft.
 *
 * <p>What is open stands in {@code uncovered.txt}, what cannot be seen from outside, or not from
 * one side, in {@code unobservable.txt}. A new field that no case covers fails this test.
 */
class FieldCoverageTest {

  private static final Corpus CORPUS = new Corpus();

  /**
   * Set by hand to a pattern of names of cases: what these could cover of what is open is written
   * to {@code target/oracle}, ready for their files, and so is {@code uncovered.txt}.
   */
  private static final String SUGGEST = System.getProperty("weft.oracle.suggest", "");

  /** Which cases are played. */
  private static final String ONLY = System.getProperty("weft.oracle.only", ".*");

  private static final int AT_ONCE = 32;
  private static final int CASES_AT_ONCE = 3;
  private static final SortedSet<String> stillOpen = new ConcurrentSkipListSet<>(open());

  @Test
  void everyFieldIsCoveredOrListedAsOpen(TestReporter reporter) {
    SortedSet<String> open = open();
    reporter.publishEntry(unobservable());
    if (!SUGGEST.isEmpty()) {
      write("uncovered.txt", String.join("\n", open) + "\n");
    }
    assertThat(String.join("\n", CaseFiles.lines("uncovered.txt")))
        .as(
            "uncovered.txt: cover what is new (docs/envoy-differences.md tells how), remove what is covered")
        .isEqualTo(String.join("\n", open));
  }

  private static SortedSet<String> open() {
    SortedSet<String> open = new TreeSet<>();
    Map<String, String> unobservable = unobservable();
    SortedSet<String> refused = CORPUS.refused();
    for (String field : FieldNames.all()) {
      if (!unobservable.containsKey(field)) {
        if (!unobservable.containsKey("positive " + field)
            && CORPUS.cases().stream().noneMatch(c -> c.covers().positive().contains(field))) {
          open.add("positive " + field);
        }
        if (!refused.contains(field)
            && !unobservable.containsKey("negative " + field)
            && CORPUS.cases().stream().noneMatch(c -> c.covers().negative().contains(field))) {
          open.add("negative " + field);
        }
      }
    }
    return open;
  }

  @Test
  void namesAreFields() {
    SortedSet<String> named = new TreeSet<>();
    unobservable().keySet().forEach(one -> named.add(one.substring(one.indexOf(' ') + 1)));
    for (OracleCase test : CORPUS.cases()) {
      assertThat(CORPUS.set(test).keySet())
          .as("%s covers fields that it does not set", test.name())
          .containsAll(test.covers().positive());
      SortedSet<String> there = new TreeSet<>(CORPUS.set(test).keySet());
      there.addAll(CORPUS.unset(test).keySet());
      assertThat(there)
          .as("%s covers fields whose message it does not have", test.name())
          .containsAll(test.covers().negative());
      test.covers()
          .negative()
          .forEach(field ->
              assertThat(CORPUS.refused())
                  .as("%s: wrong values of %s are refused, which is enough", test.name(), field)
                  .doesNotContain(field));
    }
    assertThat(FieldNames.all()).containsAll(named);
  }

  /** Some minutes of waiting for time-outs: part of {@code .ci/full}. */
  @TestFactory
  @EnabledIfSystemProperty(named = "weft.oracle.mutations", matches = "true")
  Stream<DynamicTest> whatIsCoveredMatters() {
    ExecutorService players = Executors.newFixedThreadPool(CASES_AT_ONCE);
    Map<String, Future<?>> played = new LinkedHashMap<>();
    for (OracleCase test : CORPUS.cases()) {
      if (test.name().matches(ONLY) && !wanted(test).isEmpty()) {
        played.put(test.name(), players.submit(() -> check(test)));
      }
    }
    players.shutdown();
    return played.entrySet().stream()
        .map(test -> DynamicTest.dynamicTest(test.getKey(), () -> finished(test.getValue())));
  }

  private static void finished(Future<?> played) throws Throwable {
    try {
      played.get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private static List<String> wanted(OracleCase test) {
    SortedSet<String> wanted = new TreeSet<>(test.covers().positive());
    wanted.addAll(test.covers().negative());
    if (suggests(test)) {
      SortedSet<String> here = new TreeSet<>(CORPUS.set(test).keySet());
      here.addAll(CORPUS.unset(test).keySet());
      here.removeIf(
          f -> !stillOpen.contains("positive " + f) && !stillOpen.contains("negative " + f));
      wanted.addAll(here);
    }
    return List.copyOf(wanted);
  }

  private static void check(OracleCase test) {
    SortedSet<String> positive = new TreeSet<>();
    SortedSet<String> negative = new TreeSet<>();
    SortedSet<String> needed = new TreeSet<>();
    Map<String, List<Effect>> effects = new TreeMap<>();
    List<String> wanted = wanted(test);
    try (Mutants mutants = new Mutants()) {
      // One change of each field at a time: most fields need no second one.
      for (int round = 0; round < Changes.MOST; round++) {
        List<Mutation> mutations = new ArrayList<>();
        for (String field : wanted) {
          List<Mutation> all = CORPUS.mutations(test, field);
          if (round < all.size() && !shown(test, field, positive, negative)) {
            mutations.add(all.get(round));
          }
        }
        play(mutants, test, mutations)
            .forEach((mutation, effect) -> {
              String field = mutation.field();
              boolean set = CORPUS.set(test).containsKey(field);
              effects.computeIfAbsent(field, f -> new ArrayList<>()).add(effect);
              if (set && (matters(effect) || structure(test, field, List.of(effect)))) {
                positive.add(field);
              }
              if (set ? both(effect) : matters(effect)) {
                negative.add(field);
              }
              if (mutation.how().equals(Changes.REMOVED) && effect instanceof Effect.Refused) {
                needed.add(field);
              }
            });
      }
      for (Mutation.Change change : Changes.wider()) {
        List<Mutation> mutations =
            needed.stream()
                .filter(field -> !negative.contains(field))
                .filter(field -> suggests(test) || test.covers().negative().contains(field))
                .map(field -> new Mutation(field, change))
                .toList();
        play(mutants, test, mutations)
            .forEach((mutation, effect) -> {
              if (both(effect)) {
                negative.add(mutation.field());
              }
              if (effect instanceof Effect.Seen) {
                // More around it says less about the field.
                needed.remove(mutation.field());
              }
            });
      }
    }
    effects.forEach((field, all) -> {
      if (CORPUS.set(test).containsKey(field) && only(all)) {
        positive.add(field);
      }
    });
    if (!SUGGEST.isEmpty()) {
      suggest(test, positive, negative);
    }
    assertThat(positive)
        .as("%s: nothing that is seen depends on what is missing here", test.name())
        .containsAll(test.covers().positive());
    assertThat(negative)
        .as("%s: no request goes without what these fields are for", test.name())
        .containsAll(test.covers().negative());
  }

  private static Map<Mutation, Effect> play(
      Mutants mutants, OracleCase test, List<Mutation> mutations) {
    Map<Mutation, Effect> effects = new LinkedHashMap<>();
    for (int from = 0; from < mutations.size(); from += AT_ONCE) {
      effects.putAll(
          mutants.play(test, mutations.subList(from, Math.min(from + AT_ONCE, mutations.size()))));
    }
    return effects;
  }

  private static boolean suggests(OracleCase test) {
    return !SUGGEST.isEmpty() && test.name().matches(SUGGEST);
  }

  private static boolean shown(
      OracleCase test, String field, Set<String> positive, Set<String> negative) {
    boolean suggests = suggests(test);
    return (positive.contains(field) || !(suggests || test.covers().positive().contains(field)))
        && (negative.contains(field) || !(suggests || test.covers().negative().contains(field)));
  }

  private static void suggest(
      OracleCase test, SortedSet<String> positive, SortedSet<String> negative) {
    positive.removeIf(
        f -> !test.covers().positive().contains(f) && !stillOpen.remove("positive " + f));
    negative.removeIf(
        f -> !test.covers().negative().contains(f) && !stillOpen.remove("negative " + f));
    write(
        test.name(),
        "covers:\n"
            + ("  positive: [" + String.join(", ", positive) + "]\n")
            + ("  negative: [" + String.join(", ", negative) + "]\n"));
  }

  private static void write(String file, String text) {
    try {
      Path directory = Files.createDirectories(Path.of("target", "oracle"));
      Files.writeString(directory.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean matters(Effect effect) {
    return effect instanceof Effect.Seen(boolean differs, int changed, int calls) && differs;
  }

  private static boolean both(Effect effect) {
    return effect instanceof Effect.Seen(boolean differs, int changed, int calls)
        && changed > 0
        && changed < calls;
  }

  /**
   * Whether there is no such configuration with any other value: all that is seen needs this one.
   */
  private static boolean only(List<Effect> effects) {
    return effects.stream().noneMatch(effect -> effect instanceof Effect.Seen)
        && effects.stream().anyMatch(effect -> effect instanceof Effect.Refused);
  }

  /** A part without which there is no such configuration: all that the case sees needs it. */
  private static boolean structure(OracleCase test, String field, List<Effect> effects) {
    FieldDescriptor held = CORPUS.set(test).get(field);
    boolean part =
        held.getJavaType() == JavaType.MESSAGE
            && (!held.getMessageType().getFullName().startsWith("google.protobuf.")
                || held.getMessageType().equals(Any.getDescriptor())
                || held.getMessageType().equals(Struct.getDescriptor()));
    return (part || Changes.isBool(held))
        && effects.stream().anyMatch(effect -> effect instanceof Effect.Refused);
  }

  private static Map<String, String> unobservable() {
    Map<String, String> reasons = new LinkedHashMap<>();
    for (String line : CaseFiles.lines("unobservable.txt")) {
      String[] parts = line.split(": ", 2);
      assertThat(parts).as("unobservable.txt: \"field: reason\", found %s", line).hasSize(2);
      reasons.put(parts[0], parts[1]);
    }
    return reasons;
  }
}
