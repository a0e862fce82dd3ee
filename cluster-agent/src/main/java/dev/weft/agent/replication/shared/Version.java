package dev.weft.agent.replication.shared;

import java.util.Comparator;

/**
 * When a value was written: the later is the greater, whoever wrote.
 *
 * @param term one tenure of the replica that writes, from 1; never given twice
 * @param sequence grows within a term, from 1
 */
record Version(long term, long sequence) implements Comparable<Version> {

  private static final Comparator<Version> ORDER =
      Comparator.comparingLong(Version::term).thenComparingLong(Version::sequence);

  @Override
  public int compareTo(Version other) {
    return ORDER.compare(this, other);
  }

  boolean after(Version other) {
    return compareTo(other) > 0;
  }
}
