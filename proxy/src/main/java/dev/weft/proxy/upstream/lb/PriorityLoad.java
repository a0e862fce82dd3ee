package dev.weft.proxy.upstream.lb;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many percent of the requests go to each priority, as Envoy documents under "priority levels"
 * and "degraded endpoints": a priority takes as much as its share of healthy hosts times the
 * overprovisioning factor, the next one takes what is left, and only then do degraded hosts get
 * any. Immutable.
 */
public final class PriorityLoad {
  private final int[] healthy;
  private final int[] degraded;
  private final boolean[] panic;

  private PriorityLoad(int[] healthy, int[] degraded, boolean[] panic) {
    this.healthy = healthy;
    this.degraded = degraded;
    this.panic = panic;
  }

  /** Host counts of one priority. */
  public record Census(int total, int healthy, int degraded) {}

  /** Where one request goes. */
  public record Choice(int priority, Tier tier) {}

  /** Which hosts of a priority are eligible. */
  public enum Tier {
    HEALTHY,
    DEGRADED,
    /** Panic: all of them. */
    ALL
  }

  /**
   * Spreads 100 percent.
   *
   * @param priorities index is the priority
   * @param factor overprovisioning factor in percent, 140 by default
   * @param panicThreshold percent of available hosts below which a priority's health is ignored; 0:
   *     never
   */
  public static PriorityLoad of(Census[] priorities, int factor, double panicThreshold) {
    return of(priorities, factor, panicThreshold, new boolean[priorities.length]);
  }

  /** The same with some priorities left out. */
  private static PriorityLoad of(
      Census[] priorities, int factor, double panicThreshold, boolean[] excluded) {
    int count = priorities.length;
    int[] healthy = new int[count];
    int[] degraded = new int[count];
    int available = 0;
    for (int i = 0; i < count; i++) {
      Census census = priorities[i];
      if (census.total > 0 && !excluded[i]) {
        healthy[i] = (int) Math.min(100, (long) factor * census.healthy / census.total);
        degraded[i] = (int) Math.min(100, (long) factor * census.degraded / census.total);
      }
      available += healthy[i] + degraded[i];
    }
    available = Math.min(100, available);
    int[] healthyLoad = new int[count];
    int[] degradedLoad = new int[count];
    if (available > 0) {
      int left = distribute(healthyLoad, healthy, 100, available);
      left = distribute(degradedLoad, degraded, left, available);
      giveRest(left, healthy, healthyLoad, degraded, degradedLoad);
    } else if (count > 0) {
      healthyLoad[0] = 100;
    }
    boolean[] panic = panicking(priorities, panicThreshold, available);
    if (available < 100 && allOf(panic)) {
      spreadByHosts(priorities, healthyLoad, degradedLoad);
    }
    return new PriorityLoad(healthyLoad, degradedLoad, panic);
  }

  private static int distribute(int[] load, int[] availability, int left, int available) {
    int rest = left;
    for (int i = 0; i < load.length; i++) {
      load[i] = Math.min(rest, availability[i] * 100 / available);
      rest -= load[i];
    }
    return rest;
  }

  /** What integer division left over belongs to the first priority that can take any. */
  private static void giveRest(
      int rest, int[] healthy, int[] healthyLoad, int[] degraded, int[] degradedLoad) {
    for (int i = 0; i < healthy.length; i++) {
      if (healthy[i] > 0) {
        healthyLoad[i] += rest;
        return;
      }
    }
    for (int i = 0; i < degraded.length; i++) {
      if (degraded[i] > 0) {
        degradedLoad[i] += rest;
        return;
      }
    }
  }

  private static boolean[] panicking(Census[] priorities, double threshold, int available) {
    boolean[] panic = new boolean[priorities.length];
    if (threshold > 0 && available < 100) {
      for (int i = 0; i < panic.length; i++) {
        Census census = priorities[i];
        panic[i] =
            census.total == 0
                || 100.0 * (census.healthy + census.degraded) / census.total < threshold;
      }
    }
    return panic;
  }

  private static boolean allOf(boolean[] panic) {
    for (boolean one : panic) {
      if (!one) {
        return false;
      }
    }
    return panic.length > 0;
  }

  private static void spreadByHosts(Census[] priorities, int[] healthyLoad, int[] degradedLoad) {
    long hosts = 0;
    for (Census census : priorities) {
      hosts += census.total;
    }
    if (hosts == 0) {
      return;
    }
    Arrays.fill(degradedLoad, 0);
    int rest = 100;
    int first = -1;
    for (int i = 0; i < priorities.length; i++) {
      healthyLoad[i] = (int) (100L * priorities[i].total / hosts);
      rest -= healthyLoad[i];
      first = first < 0 && priorities[i].total > 0 ? i : first;
    }
    healthyLoad[first] += rest;
  }

  /**
   * The load with the priorities tried left out; {@code null} where that leaves nothing available.
   */
  public static @Nullable PriorityLoad without(
      Census[] priorities, int factor, boolean[] excluded) {
    PriorityLoad load = of(priorities, factor, 0, excluded);
    for (int i = 0; i < priorities.length; i++) {
      boolean any = priorities[i].healthy > 0 || priorities[i].degraded > 0;
      if (!excluded[i] && any && load.healthy[i] + load.degraded[i] > 0) {
        return load;
      }
    }
    return null;
  }

  /**
   * Where a request goes.
   *
   * @param drawn 0 to 99, at random
   */
  public Choice choose(int drawn) {
    int sum = 0;
    for (int i = 0; i < healthy.length; i++) {
      sum += healthy[i];
      if (drawn < sum) {
        return new Choice(i, panic[i] ? Tier.ALL : Tier.HEALTHY);
      }
    }
    for (int i = 0; i < degraded.length; i++) {
      sum += degraded[i];
      if (drawn < sum) {
        return new Choice(i, panic[i] ? Tier.ALL : Tier.DEGRADED);
      }
    }
    return new Choice(0, Tier.HEALTHY);
  }

  /** Percent for the healthy hosts of a priority. */
  public int healthy(int priority) {
    return healthy[priority];
  }

  /** Percent for the degraded hosts of a priority. */
  public int degraded(int priority) {
    return degraded[priority];
  }
}
