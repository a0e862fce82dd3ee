package dev.weft.policy.match.index;

import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.IpAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds which ranges an address is in. Ranges are apart or one is in the other, so that each point
 * where one begins or has ended has an innermost range: a binary search finds the point, and the
 * ranges around lead outwards.
 */
public final class AddressIndex {
  private static final Comparator<IpAddress> ORDER =
      (a, b) -> {
        int high = Long.compareUnsigned(a.high(), b.high());
        return high != 0 ? high : Long.compareUnsigned(a.low(), b.low());
      };

  private final Family four;
  private final Family six;

  private AddressIndex(Map<CidrRange, Ids> ranges) {
    this.four = new Family(of(ranges, false));
    this.six = new Family(of(ranges, true));
  }

  private static Map<CidrRange, Ids> of(Map<CidrRange, Ids> ranges, boolean v6) {
    Map<CidrRange, Ids> family = new HashMap<>(ranges);
    family.keySet().removeIf(range -> range.base().v6() != v6);
    return family;
  }

  /** Collects ranges. */
  public static final class Builder {
    private final Map<CidrRange, Ids> ranges = new HashMap<>();

    /** A number for a range; it may have several, and they may have several ranges. */
    public void add(CidrRange range, int id) {
      ranges.computeIfAbsent(range, _ -> new Ids()).add(id);
    }

    public AddressIndex build() {
      return new AddressIndex(ranges);
    }
  }

  /** Puts the numbers of all ranges with the address into a set of bits. */
  public void find(@Nullable IpAddress address, long[] into) {
    if (address != null) {
      (address.v6() ? six : four).find(address, into);
    }
  }

  private static final class Range {
    private final CidrRange range;
    private final int[] ids;
    private final @Nullable Range around;

    Range(CidrRange range, int[] ids, @Nullable Range around) {
      this.range = range;
      this.ids = ids;
      this.around = around;
    }
  }

  /** A point from which on a range is the innermost; {@code null}: none. */
  private record Point(IpAddress from, @Nullable Range innermost) {}

  private static final class Family {
    private final IpAddress[] points;
    private final @Nullable Range[] innermost;

    Family(Map<CidrRange, Ids> ranges) {
      List<CidrRange> sorted = new ArrayList<>(ranges.keySet());
      sorted.sort(Comparator.comparing(CidrRange::base, ORDER).thenComparingInt(CidrRange::length));
      List<Point> found = new ArrayList<>();
      Deque<Range> open = new ArrayDeque<>();
      for (CidrRange next : sorted) {
        Range top = open.peek();
        while (top != null && ORDER.compare(top.range.last(), next.base()) < 0) {
          close(open.pop(), found);
          top = open.peek();
        }
        Ids ids = ranges.get(next);
        Range range = new Range(next, ids == null ? Ids.NONE : ids.toArray(), top);
        open.push(range);
        found.add(new Point(next.base(), range));
      }
      while (!open.isEmpty()) {
        close(open.pop(), found);
      }
      this.points = new IpAddress[found.size()];
      this.innermost = new @Nullable Range[found.size()];
      for (int i = 0; i < points.length; i++) {
        points[i] = found.get(i).from;
        innermost[i] = found.get(i).innermost;
      }
    }

    private static void close(Range range, List<Point> found) {
      IpAddress after = next(range.range.last());
      if (after != null) {
        found.add(new Point(after, range.around));
      }
    }

    /** {@code null}: it is the greatest of its family. */
    private static @Nullable IpAddress next(IpAddress last) {
      long step = last.v6() ? 1 : 0;
      long low = last.low() + step;
      boolean carries = !last.v6() || low == 0;
      long high = carries ? last.high() + (last.v6() ? 1 : 1L << 32) : last.high();
      return carries && high == 0 ? null : new IpAddress(last.v6(), high, low);
    }

    void find(IpAddress address, long[] into) {
      int from = 0;
      int to = points.length;
      while (from < to) {
        int middle = (from + to) >>> 1;
        if (ORDER.compare(points[middle], address) <= 0) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      // Of points at the same place the last one counts: the innermost.
      Range range = from == 0 ? null : innermost[from - 1];
      while (range != null) {
        Ids.put(range.ids, into);
        range = range.around;
      }
    }
  }
}
