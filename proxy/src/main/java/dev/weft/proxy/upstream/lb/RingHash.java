package dev.weft.proxy.upstream.lb;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.BalancingOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A ketama ring as Envoy documents it: each host is hashed on it as often as its weight says, and a
 * key goes to the next hash on the ring. A host that comes or goes moves its own share alone.
 */
@LoopConfined
public final class RingHash<H extends Candidate> implements Balancer<H> {
  private final List<H> hosts;
  private final RandomGenerator random;

  /** Sorted as unsigned numbers. */
  private final long[] hashes;

  private final int[] owners;

  /** One place on the ring. */
  private record Entry(long hash, int owner) {}

  RingHash(List<H> hosts, RandomGenerator random, BalancingOptions options) {
    this.hosts = List.copyOf(hosts);
    this.random = random;
    List<Entry> ring = ring(options);
    ring.sort(Comparator.comparing(Entry::hash, Long::compareUnsigned));
    hashes = new long[ring.size()];
    owners = new int[ring.size()];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = ring.get(i).hash();
      owners[i] = ring.get(i).owner();
    }
  }

  /** The least host gets a whole number of hashes; running sums keep the others' share true. */
  private List<Entry> ring(BalancingOptions options) {
    double sum = hosts.stream().mapToDouble(Candidate::weight).sum();
    double least = hosts.stream().mapToDouble(Candidate::weight).min().orElse(1) / sum;
    double scale =
        Math.min(Math.ceil(least * options.minRingSize()) / least, options.maxRingSize());
    List<Entry> ring = new ArrayList<>((int) Math.ceil(scale));
    double wanted = 0;
    for (int owner = 0; owner < hosts.size(); owner++) {
      H host = hosts.get(owner);
      wanted += scale * (host.weight() / sum);
      for (int i = 0; ring.size() < wanted; i++) {
        String place = host.hashKey() + "_" + i;
        long hash =
            switch (options.ringHash()) {
              case XX_HASH -> XxHash64.of(place, 0);
              case MURMUR_HASH_2 -> MurmurHash2.of(place, MurmurHash2.SEED);
            };
        ring.add(new Entry(hash, owner));
      }
    }
    return ring;
  }

  @Override
  public H pick() {
    return pick(random.nextLong(), 0);
  }

  @Override
  public H pick(long hash, int draw) {
    int low = 0;
    int high = hashes.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(hashes[middle], hash) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return hosts.get(owners[(low + draw) % hashes.length]);
  }

  @Override
  public List<H> hosts() {
    return hosts;
  }
}
