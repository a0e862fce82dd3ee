package dev.weft.agent.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.v1.Entry;
import dev.weft.v1.ExportedService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What the merge promises, without any transport. */
class PeerEntriesLawsTest {

  /** What an origin did, in its order. */
  sealed interface Step {
    record Put(String key, int weight) implements Step {}

    record Remove(String key) implements Step {}

    /** A full transfer under a new epoch or the same one. */
    record Full(boolean newEpoch) implements Step {}
  }

  /** What a consumer is told: an entry, or that nothing at or before a floor is alive any more. */
  sealed interface Told {
    record OfEntry(Entry entry) implements Told {}

    record OfFloor(StreamPosition floor) implements Told {}
  }

  @Property(tries = 300)
  void anyOrderAndAnyRepetitionGiveTheSame(
      @ForAll("histories") List<Step> history, @ForAll long seed) {
    List<Told> told = tell(history);
    PeerEntries inOrder = hear(told);

    Random random = new Random(seed);
    List<Told> mixed = new ArrayList<>(told);
    mixed.addAll(told.stream().filter(_ -> random.nextBoolean()).toList());
    Collections.shuffle(mixed, random);

    PeerEntries heard = hear(mixed);
    assertThat(live(heard)).isEqualTo(live(inOrder)).isEqualTo(model(history));
    assertThat(heard.digest()).isEqualTo(inOrder.digest());
  }

  @Property(tries = 300)
  void hearingEverythingAgainChangesNothing(@ForAll("histories") List<Step> history) {
    List<Told> told = tell(history);
    PeerEntries entries = hear(told);
    Map<String, Entry> before = live(entries);

    for (Told one : told) {
      switch (one) {
        case Told.OfEntry(Entry entry) -> assertThat(entries.merge(entry)).isFalse();
        case Told.OfFloor(StreamPosition floor) -> assertThat(entries.raiseFloor(floor)).isEmpty();
      }
    }

    assertThat(live(entries)).isEqualTo(before);
  }

  @Property(tries = 300)
  void whatIsSettledNeverComesBack(@ForAll("histories") List<Step> history) {
    List<Told> told = tell(history);
    PeerEntries entries = hear(told);
    Map<String, Entry> before = live(entries);
    entries.settle(new StreamPosition(1_000, 0));

    told.forEach(one -> hearOne(entries, one));

    assertThat(live(entries)).isEqualTo(before);
    assertThat(entries.size()).as("no tombstone is kept").isEqualTo(before.size());
  }

  @Property(tries = 300)
  void aKeyNeverGoesBackToAnOlderEntry(@ForAll("histories") List<Step> history, @ForAll long seed) {
    List<Told> mixed = new ArrayList<>(tell(history));
    Collections.shuffle(mixed, new Random(seed));
    PeerEntries entries = new PeerEntries();
    Map<String, StreamPosition> newest = new HashMap<>();

    for (Told one : mixed) {
      hearOne(entries, one);
      for (Entry entry : entries.live()) {
        StreamPosition now = StreamPosition.of(entry.getPosition());
        StreamPosition before = newest.put(entry.getKey(), now);
        assertThat(before == null || !before.after(now)).isTrue();
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<String> keys = Arbitraries.of("a", "b", "c", "d");
    Arbitrary<Step> puts =
        Combinators.combine(keys, Arbitraries.integers().between(1, 9)).as(Step.Put::new);
    Arbitrary<Step> removals = keys.map(Step.Remove::new);
    Arbitrary<Step> fulls = Arbitraries.of(true, false).map(Step.Full::new);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(6, puts),
            net.jqwik.api.Tuple.of(3, removals),
            net.jqwik.api.Tuple.of(1, fulls))
        .list()
        .ofMaxSize(40);
  }

  private static List<Told> tell(List<Step> history) {
    List<Told> told = new ArrayList<>();
    Map<String, Integer> alive = new HashMap<>();
    long epoch = 1;
    long sequence = 0;
    for (Step step : history) {
      switch (step) {
        case Step.Put(String key, int weight) -> {
          alive.put(key, weight);
          told.add(new Told.OfEntry(entry(key, epoch, ++sequence, weight)));
        }
        case Step.Remove(String key) -> {
          alive.remove(key);
          told.add(new Told.OfEntry(entry(key, epoch, ++sequence, 0)));
        }
        case Step.Full(boolean newEpoch) -> {
          if (newEpoch) {
            epoch++;
            sequence = 0;
          }
          StreamPosition floor = new StreamPosition(epoch, sequence);
          for (Map.Entry<String, Integer> one : alive.entrySet()) {
            told.add(new Told.OfEntry(entry(one.getKey(), epoch, ++sequence, one.getValue())));
          }
          told.add(new Told.OfFloor(floor));
        }
      }
    }
    return told;
  }

  private static Map<String, Entry> model(List<Step> history) {
    Map<String, Entry> newest = new HashMap<>();
    for (Told one : tell(history)) {
      switch (one) {
        case Told.OfEntry(Entry entry) -> newest.put(entry.getKey(), entry);
        case Told.OfFloor(StreamPosition floor) ->
            newest.values().removeIf(entry -> !StreamPosition.of(entry.getPosition()).after(floor));
      }
    }
    newest.values().removeIf(Entry::getTombstone);
    return newest;
  }

  private static Entry entry(String key, long epoch, long sequence, int weight) {
    Entry.Builder entry =
        Entry.newBuilder().setKey(key).setPosition(new StreamPosition(epoch, sequence).toMessage());
    return weight == 0
        ? entry.setTombstone(true).build()
        : entry.setService(ExportedService.newBuilder().setName(key + weight)).build();
  }

  private static PeerEntries hear(List<Told> told) {
    PeerEntries entries = new PeerEntries();
    told.forEach(one -> hearOne(entries, one));
    return entries;
  }

  private static void hearOne(PeerEntries entries, Told told) {
    switch (told) {
      case Told.OfEntry(Entry entry) -> entries.merge(entry);
      case Told.OfFloor(StreamPosition floor) -> entries.raiseFloor(floor);
    }
  }

  private static Map<String, Entry> live(PeerEntries entries) {
    Map<String, Entry> live = new HashMap<>();
    entries.live().forEach(entry -> live.put(entry.getKey(), entry));
    return live;
  }
}
