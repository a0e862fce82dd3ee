package dev.weft.agent.replication;

import com.google.protobuf.ByteString;
import dev.weft.agent.telemetry.FederationMetrics;
import dev.weft.v1.Entry;
import dev.weft.v1.FullBegin;
import dev.weft.v1.FullEnd;
import dev.weft.v1.Heartbeat;
import dev.weft.v1.TrustBundle;
import dev.weft.v1.WatchResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * One consumer's stream, at the origin. It is a cursor into the consumer's log, moved on only while
 * the transport takes messages: what a slow consumer has not got yet stays in the log, where newer
 * changes replace it. Confined to {@link FederationOrigin}.
 *
 * <pre>
 * opened ──resume──▶ following ◀──▶ full transfer ──▶ following … ──▶ ended
 * </pre>
 */
final class OriginStream {

  /** The transport, as far as the stream needs it. Called by the owner's thread only. */
  interface Sink {
    /** Whether a message would leave without being queued up for long. */
    boolean isReady();

    void send(WatchResponse message);

    /** Ends the stream; the reason is for the consumer's log. */
    void end(String reason);
  }

  private static final long LEAST_MILLIS_BETWEEN_FULLS = 1000;

  private final ConsumerLog log;
  private final Sink sink;
  private final LongSupplier monotonicMillis;
  private final FederationMetrics metrics;
  private final Set<String> notSentAgain = new HashSet<>();
  private boolean resumed;
  private boolean full;
  private boolean heartbeatDue;
  private boolean vouchWhenDrained;
  private List<byte[]> bundle = List.of();
  private boolean bundleDue;
  private boolean resyncAsked;
  private long cursor;
  private long lastFullMillis = Long.MIN_VALUE;
  private long readyMillis;

  OriginStream(
      ConsumerLog log, Sink sink, LongSupplier monotonicMillis, FederationMetrics metrics) {
    this.log = log;
    this.sink = sink;
    this.monotonicMillis = monotonicMillis;
    this.metrics = metrics;
    this.readyMillis = monotonicMillis.getAsLong();
  }

  /** The consumer said what it has. */
  void resume(StreamPosition position) {
    resumed = true;
    heartbeatDue = true;
    vouchWhenDrained = true;
    // Out of the log's range on purpose where there is nothing to resume from: pump() then begins a
    // full transfer.
    cursor = log.canResume(position) ? position.sequence() : -1;
    pump();
  }

  /**
   * What the consumer holds is not what it should. One transfer answers all that is asked for
   * before it begins.
   */
  void resync() {
    resyncAsked = true;
    pump();
  }

  /** The roots of the own trust domain are these, DER. */
  void bundle(List<byte[]> roots) {
    bundle = List.copyOf(roots);
    bundleDue = !bundle.isEmpty();
    pump();
  }

  /** A heartbeat is due. */
  void tick() {
    heartbeatDue = true;
    pump();
  }

  /** How long the transport has taken nothing, in milliseconds. */
  long stuckMillis() {
    return sink.isReady() ? 0 : monotonicMillis.getAsLong() - readyMillis;
  }

  void end(String reason) {
    sink.end(reason);
  }

  /** Sends what is due for as long as the transport takes it. */
  void pump() {
    if (!resumed) {
      return;
    }
    while (sink.isReady()) {
      readyMillis = monotonicMillis.getAsLong();
      if (heartbeatDue) {
        heartbeat();
      } else if (bundleDue) {
        sendBundle();
      } else if (cursor < 0 || !log.canResume(position()) || fullIsDue()) {
        beginFull();
      } else {
        Optional<Entry> next = log.next(cursor);
        if (next.isPresent()) {
          send(next.get());
        }
        if (full && (notSentAgain.isEmpty() || next.isEmpty())) {
          endFull();
        } else if (next.isEmpty()) {
          if (!vouchWhenDrained) {
            return;
          }
          vouchWhenDrained = false;
          heartbeat();
        }
      }
    }
  }

  private void sendBundle() {
    bundleDue = false;
    TrustBundle.Builder roots = TrustBundle.newBuilder();
    bundle.forEach(root -> roots.addRoots(ByteString.copyFrom(root)));
    sink.send(WatchResponse.newBuilder().setTrustBundle(roots).build());
  }

  private boolean fullIsDue() {
    return resyncAsked
        && !full
        && monotonicMillis.getAsLong() - lastFullMillis >= LEAST_MILLIS_BETWEEN_FULLS;
  }

  private void beginFull() {
    StreamPosition floor = log.beginFull();
    lastFullMillis = monotonicMillis.getAsLong();
    resyncAsked = false;
    full = true;
    vouchWhenDrained = true;
    cursor = floor.sequence();
    notSentAgain.clear();
    notSentAgain.addAll(log.keys());
    metrics.fullSent();
    sink.send(
        WatchResponse.newBuilder()
            .setFullBegin(
                FullBegin.newBuilder().setEpoch(floor.epoch()).setFloorSequence(floor.sequence()))
            .build());
  }

  private void endFull() {
    full = false;
    notSentAgain.clear();
    sink.send(
        WatchResponse.newBuilder()
            .setFullEnd(FullEnd.newBuilder().setPosition(position().toMessage()))
            .build());
  }

  private void send(Entry entry) {
    cursor = entry.getPosition().getSequence();
    notSentAgain.remove(entry.getKey());
    metrics.entrySent();
    sink.send(WatchResponse.newBuilder().setEntry(entry).build());
  }

  private void heartbeat() {
    heartbeatDue = false;
    Heartbeat.Builder heartbeat =
        Heartbeat.newBuilder().setOriginMonotonicMillis(monotonicMillis.getAsLong());
    heartbeat.setPosition(position().toMessage());
    if (!full && cursor >= 0 && log.next(cursor).isEmpty()) {
      heartbeat.setDigest(log.digest().toMessage());
    }
    sink.send(WatchResponse.newBuilder().setHeartbeat(heartbeat).build());
  }

  private StreamPosition position() {
    return new StreamPosition(log.epoch(), Math.max(0, cursor));
  }
}
