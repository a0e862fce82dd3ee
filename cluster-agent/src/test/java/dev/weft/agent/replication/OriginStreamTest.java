package dev.weft.agent.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.telemetry.FederationMetrics;
import dev.weft.v1.ExportedService;
import dev.weft.v1.WatchResponse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The origin's stream and log without any transport, in virtual time. */
class OriginStreamTest {

  final List<WatchResponse> sent = new ArrayList<>();
  final Map<String, ExportedService> view = new HashMap<>();
  final ConsumerLog log = new ConsumerLog(7);
  boolean ready = true;
  long now = 1000;

  final OriginStream stream =
      new OriginStream(
          log,
          new OriginStream.Sink() {
            @Override
            public boolean isReady() {
              return ready;
            }

            @Override
            public void send(WatchResponse message) {
              sent.add(message);
            }

            @Override
            public void end(String reason) {}
          },
          () -> now,
          new FederationMetrics(new SimpleMeterRegistry()));

  @Test
  void whatChangedWhileNothingCouldBeSentIsSentOnce() {
    put("a", 1);
    stream.resume(StreamPosition.NONE);
    sent.clear();
    ready = false;
    for (int i = 0; i < 1000; i++) {
      put("a", i);
    }
    now += 16_000;
    stream.tick();
    assertThat(sent).isEmpty();
    assertThat(stream.stuckMillis()).isEqualTo(16_000);

    ready = true;
    stream.pump();

    assertThat(entries()).containsExactly("service/default/a");
    assertThat(sent.getFirst().hasHeartbeat()).as("a heartbeat that is due goes first").isTrue();
    assertThat(sent.getFirst().getHeartbeat().hasDigest())
        .as("but vouches for nothing while more is to come")
        .isFalse();
  }

  @Test
  void aConsumerResumesWhereItWasAndIsToldOfRemovals() {
    put("a", 1);
    put("b", 1);
    stream.resume(StreamPosition.NONE);
    StreamPosition had = log.position();
    put("c", 1);
    remove("a");
    sent.clear();

    stream.resume(had);

    assertThat(entries()).containsExactly("service/default/c", "-service/default/a");
    assertThat(sent).noneMatch(WatchResponse::hasFullBegin);
    assertThat(log.tombstones()).isEqualTo(1);
    log.acknowledged(log.position());
    assertThat(log.tombstones()).isZero();
  }

  @Test
  void whoMissedARemovalThatIsForgottenGetsEverything() {
    put("a", 1);
    put("b", 1);
    stream.resume(StreamPosition.NONE);
    StreamPosition had = log.position();
    remove("a");
    log.acknowledged(log.position());
    sent.clear();

    stream.resume(had);

    assertThat(sent).anyMatch(WatchResponse::hasFullBegin).anyMatch(WatchResponse::hasFullEnd);
    assertThat(entries()).containsExactly("service/default/b");
  }

  @Test
  void tombstonesForAConsumerThatNeverComesBackAreBounded() {
    stream.resume(StreamPosition.NONE);
    ready = false;
    for (int i = 0; i < ConsumerLog.MOST_TOMBSTONES + 10; i++) {
      view.put("service/default/s" + i, ExportedService.newBuilder().setName("s" + i).build());
    }
    log.update(view);
    view.clear();
    put("last", 1);

    assertThat(log.tombstones()).isLessThanOrEqualTo(ConsumerLog.MOST_TOMBSTONES);
    sent.clear();
    ready = true;
    stream.pump();
    assertThat(sent.getFirst().hasFullBegin()).isTrue();
    assertThat(entries()).containsExactly("service/default/last");
  }

  @Test
  void resyncsAreAnsweredAtMostOnceASecond() {
    put("a", 1);
    stream.resume(StreamPosition.NONE);
    for (int i = 0; i < 50; i++) {
      stream.resync();
    }
    assertThat(sent.stream().filter(WatchResponse::hasFullBegin)).hasSize(1);
    now += 1000;
    stream.tick();
    assertThat(sent.stream().filter(WatchResponse::hasFullBegin)).hasSize(2);
  }

  @Test
  void aKeyThatChangesInTheMiddleOfAFullTransferIsNotDroppedByItsEnd() {
    put("a", 1);
    put("b", 1);
    ready = false;
    stream.resume(StreamPosition.NONE);
    ready = true;
    stream.pump();
    PeerEntries consumer = new PeerEntries();
    put("b", 2);
    stream.pump();
    StreamPosition floor = StreamPosition.NONE;
    for (WatchResponse message : sent) {
      switch (message.getKindCase()) {
        case FULL_BEGIN ->
            floor =
                new StreamPosition(
                    message.getFullBegin().getEpoch(), message.getFullBegin().getFloorSequence());
        case ENTRY -> consumer.merge(message.getEntry());
        case FULL_END -> assertThat(consumer.raiseFloor(floor)).isEmpty();
        case HEARTBEAT, KIND_NOT_SET -> {}
      }
    }
    assertThat(consumer.digest()).isEqualTo(log.digest());
  }

  private void put(String name, int weight) {
    view.put(
        "service/default/" + name,
        ExportedService.newBuilder()
            .setNamespace("default")
            .setName(name)
            .putSettings("weight", "" + weight)
            .build());
    log.update(view);
  }

  private void remove(String name) {
    view.remove("service/default/" + name);
    log.update(view);
  }

  /** Keys in the order of sending; removed ones with a hyphen in front. */
  private List<String> entries() {
    return sent.stream()
        .filter(WatchResponse::hasEntry)
        .map(
            message -> (message.getEntry().getTombstone() ? "-" : "") + message.getEntry().getKey())
        .toList();
  }
}
