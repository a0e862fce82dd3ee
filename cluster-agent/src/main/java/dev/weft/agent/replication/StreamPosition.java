package dev.weft.agent.replication;

import dev.weft.v1.Position;
import java.util.Comparator;

/**
 * A place in an origin's history for one consumer: epochs only grow, and sequences within an epoch.
 * Both from 0 to {@link Long#MAX_VALUE}.
 */
public record StreamPosition(long epoch, long sequence) implements Comparable<StreamPosition> {

  /** Before everything: the position of a consumer that has nothing. */
  public static final StreamPosition NONE = new StreamPosition(0, 0);

  private static final Comparator<StreamPosition> ORDER =
      Comparator.comparingLong(StreamPosition::epoch).thenComparingLong(StreamPosition::sequence);

  public StreamPosition {
    if (epoch < 0 || sequence < 0) {
      throw new IllegalArgumentException("position " + epoch + "/" + sequence + " is out of range");
    }
  }

  /** Throws {@link IllegalArgumentException} when a number does not fit. */
  static StreamPosition of(Position message) {
    return new StreamPosition(message.getEpoch(), message.getSequence());
  }

  Position toMessage() {
    return Position.newBuilder().setEpoch(epoch).setSequence(sequence).build();
  }

  boolean after(StreamPosition other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(StreamPosition other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return epoch + "/" + sequence;
  }
}
