package dev.weft.proxy.upstream.lb;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.BalancingOptions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Consistent hashing by the look-up table of "Maglev: A Fast and Reliable Software Network Load
 * Balancer" (NSDI 2016, section 3.4): hosts take turns, each as often as its weight says, to fill
 * the table's places in an order of their own.
 */
@LoopConfined
public final class Maglev<H extends Candidate> implements Balancer<H> {
  private final List<H> hosts;
  private final RandomGenerator random;
  private final int[] table;

  Maglev(List<H> hosts, RandomGenerator random, BalancingOptions options) {
    this.hosts = List.copyOf(hosts);
    this.random = random;
    this.table = fill(options.maglevTable());
  }

  private int[] fill(int size) {
    // The order decides who wins a place: it must not depend on the order of the endpoints.
    Integer[] order = new Integer[hosts.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparing(i -> hosts.get(i).hashKey()));
    int count = order.length;
    long[] offset = new long[count];
    long[] skip = new long[count];
    long[] next = new long[count];
    double[] weight = new double[count];
    double[] target = new double[count];
    double sum = hosts.stream().mapToDouble(Candidate::weight).sum();
    double most = 0;
    for (int i = 0; i < count; i++) {
      H host = hosts.get(order[i]);
      offset[i] = Long.remainderUnsigned(XxHash64.of(host.hashKey(), 0), size);
      skip[i] = Long.remainderUnsigned(XxHash64.of(host.hashKey(), 1), size - 1) + 1;
      weight[i] = host.weight() / sum;
      most = Math.max(most, weight[i]);
    }
    int[] filled = new int[size];
    Arrays.fill(filled, -1);
    int done = 0;
    for (int turn = 1; done < size; turn++) {
      for (int i = 0; i < count && done < size; i++) {
        if (turn * weight[i] < target[i]) {
          continue;
        }
        target[i] += most;
        int place = place(offset[i], skip[i], next[i]++, size);
        while (filled[place] >= 0) {
          place = place(offset[i], skip[i], next[i]++, size);
        }
        filled[place] = order[i];
        done++;
      }
    }
    return filled;
  }

  private static int place(long offset, long skip, long next, int size) {
    return (int) ((offset + skip * next) % size);
  }

  @Override
  public H pick() {
    return pick(random.nextLong(), 0);
  }

  @Override
  public H pick(long hash, int draw) {
    // A draw after the first turns most bits round: its hosts are others.
    long key = draw == 0 ? hash : hash ^ -(long) draw;
    return hosts.get(table[(int) Long.remainderUnsigned(key, table.length)]);
  }

  @Override
  public List<H> hosts() {
    return hosts;
  }
}
