package dev.weft.proxy.upstream;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.upstream.lb.PriorityLoad;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request has been, so that a retry goes elsewhere: {@code previous_hosts} and {@code
 * previous_priorities} of a retry policy. One for each request that has one; made with its first
 * attempt.
 */
@LoopConfined
public final class Attempted {
  private final RetryPolicy policy;
  private final List<Host> hosts = new ArrayList<>(4);

  /** Attempts since the last time that every priority had been tried. */
  private int counted;

  private boolean[] excluded = new boolean[0];
  private int firstCounted;

  public Attempted(RetryPolicy policy) {
    this.policy = policy;
  }

  /** A host was tried. */
  public void add(Host host) {
    hosts.add(host);
    counted++;
  }

  /** Whether a retry should rather go elsewhere. */
  boolean avoids(Host host) {
    return policy.previousHosts() && hosts.contains(host);
  }

  /** How often a host may be drawn. */
  int draws() {
    return policy.previousHosts() && !hosts.isEmpty() ? policy.hostSelectionAttempts() + 1 : 1;
  }

  /**
   * The load over priorities for the next attempt. After each {@code update_frequency} attempts the
   * priorities tried so far are left out; when none remains, all count again.
   */
  PriorityLoad load(Priorities priorities) {
    int frequency = policy.previousPriorities();
    if (frequency <= 0 || counted < frequency) {
      return priorities.load();
    }
    if (excluded.length != priorities.count()) {
      excluded = new boolean[priorities.count()];
    }
    if (counted % frequency == 0) {
      for (int i = firstCounted; i < hosts.size(); i++) {
        int priority = hosts.get(i).priority();
        if (priority < excluded.length) {
          excluded[priority] = true;
        }
      }
    }
    @Nullable PriorityLoad adjusted = priorities.without(excluded);
    if (adjusted == null) {
      excluded = new boolean[priorities.count()];
      firstCounted = hosts.size();
      counted = 0;
      return priorities.load();
    }
    return adjusted;
  }
}
