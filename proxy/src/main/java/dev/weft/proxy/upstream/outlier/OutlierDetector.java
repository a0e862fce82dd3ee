package dev.weft.proxy.upstream.outlier;

import dev.weft.proxy.config.OutlierDetection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Ejects hosts of one upstream after consecutive failures and lets them back in, as {@code
 * envoy.config.cluster.v3.OutlierDetection} documents: an ejection lasts {@code base_ejection_time}
 * times the number of recent ejections, at most {@code max_ejection_time}; the number falls by one
 * in each interval without one.
 *
 * <p>One difference: a local failure is made good by an answer, not by a stream that could be
 * started. A host that hangs still takes streams, and would never be ejected otherwise.
 *
 * <p>Thread-safe. Counting is lock-free; only ejection and return take the lock. Every change of
 * eligibility makes {@link #epoch} grow, which is how all workers learn of it with their next
 * request.
 */
public final class OutlierDetector {
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final Observer observer;
  private final AtomicInteger epoch = new AtomicInteger();
  private final Set<HostRecord> hosts = new HashSet<>();
  private int ejectedHosts;
  private volatile @Nullable OutlierDetection config;

  /** Told of every ejection, on the thread that caused it. */
  @FunctionalInterface
  public interface Observer {
    void onEjected(EjectionReason reason);
  }

  /**
   * A detector without hosts that ejects nothing until it is configured.
   *
   * @param random for {@code enforcing_*} percentages between 0 and 100; used under the lock
   */
  public OutlierDetector(LongSupplier nanoTime, RandomGenerator random, Observer observer) {
    this.nanoTime = nanoTime;
    this.random = random;
    this.observer = observer;
  }

  /** Replaces the settings; {@code null}: no detection, and everyone is back in. */
  public synchronized void configure(@Nullable OutlierDetection settings) {
    config = settings;
    if (settings == null) {
      for (HostRecord host : hosts) {
        readmit(host);
      }
    }
  }

  /** A new host, in good health. */
  public synchronized HostRecord add() {
    HostRecord host = new HostRecord();
    hosts.add(host);
    return host;
  }

  /** The host is gone. */
  public synchronized void remove(HostRecord host) {
    if (hosts.remove(host) && host.ejected()) {
      ejectedHosts--;
    }
  }

  /** Grows whenever a host becomes eligible or stops being so. */
  public int epoch() {
    return epoch.get();
  }

  /** A host answered, which also proves that it is there. */
  public void onStatus(HostRecord host, int status) {
    OutlierDetection settings = config;
    if (settings == null) {
      return;
    }
    if (settings.splitLocalOrigin()) {
      reset(host.consecutiveLocal);
    }
    if (status < 500) {
      reset(host.consecutive5xx);
      reset(host.consecutiveGateway);
      return;
    }
    if (status >= 502 && status <= 504) {
      if (host.consecutiveGateway.incrementAndGet() == settings.consecutiveGatewayFailure()) {
        eject(host, host.consecutiveGateway, EjectionReason.CONSECUTIVE_GATEWAY_FAILURE);
      }
    } else {
      reset(host.consecutiveGateway);
    }
    if (host.consecutive5xx.incrementAndGet() == settings.consecutive5xx()) {
      eject(host, host.consecutive5xx, EjectionReason.CONSECUTIVE_5XX);
    }
  }

  /**
   * A host could not be reached, did not answer in time or broke off.
   *
   * @param status what stands for it where local failures are not told apart
   */
  public void onLocalFailure(HostRecord host, int status) {
    OutlierDetection settings = config;
    if (settings == null) {
      return;
    }
    if (!settings.splitLocalOrigin()) {
      onStatus(host, status);
    } else if (host.consecutiveLocal.incrementAndGet() == settings.consecutiveLocalOrigin()) {
      eject(host, host.consecutiveLocal, EjectionReason.CONSECUTIVE_LOCAL_ORIGIN_FAILURE);
    }
  }

  /** A connection without a protocol of ours was made. */
  public void onConnected(HostRecord host) {
    OutlierDetection settings = config;
    if (settings == null) {
      return;
    }
    if (settings.splitLocalOrigin()) {
      reset(host.consecutiveLocal);
    } else {
      onStatus(host, 200);
    }
  }

  /** Result of an active health check, after its thresholds. A success ends an ejection too. */
  public synchronized void onProbe(HostRecord host, boolean healthy) {
    boolean before = host.eligible();
    host.probeFailed(!healthy);
    if (healthy) {
      readmit(host);
    }
    if (before != host.eligible()) {
      epoch.incrementAndGet();
    }
  }

  /** Lets hosts back in whose time is over; called once in every {@code interval}. */
  public synchronized void sweep() {
    OutlierDetection settings = config;
    if (settings == null) {
      return;
    }
    long now = nanoTime.getAsLong();
    for (HostRecord host : hosts) {
      if (!host.ejected()) {
        host.backOff(Math.max(0, host.backOff() - 1));
      } else if (now - host.ejectedAt() >= ejectionNanos(settings, host.backOff())) {
        readmit(host);
      }
    }
  }

  private static long ejectionNanos(OutlierDetection settings, int times) {
    long base = settings.baseEjectionTime().toNanos();
    long max = settings.maxEjectionTime().toNanos();
    return times > max / Math.max(1, base) ? Math.max(max, base) : base * times;
  }

  private synchronized void eject(HostRecord host, AtomicInteger counter, EjectionReason reason) {
    OutlierDetection settings = config;
    if (settings == null || host.ejected() || !hosts.contains(host)) {
      return;
    }
    // A new series of failures may eject later what is spared now.
    counter.set(0);
    boolean room =
        ejectedHosts == 0
            || (ejectedHosts + 1) * 100L <= (long) settings.maxEjectionPercent() * hosts.size();
    if (!room || settings.maxEjectionPercent() == 0 || !enforced(settings, reason)) {
      return;
    }
    host.eject(nanoTime.getAsLong());
    long base = settings.baseEjectionTime().toNanos();
    if (host.backOff() * base < settings.maxEjectionTime().toNanos() + base) {
      host.backOff(host.backOff() + 1);
    }
    ejectedHosts++;
    epoch.incrementAndGet();
    observer.onEjected(reason);
  }

  private boolean enforced(OutlierDetection settings, EjectionReason reason) {
    int percent =
        switch (reason) {
          case CONSECUTIVE_5XX -> settings.enforcing5xx();
          case CONSECUTIVE_GATEWAY_FAILURE -> settings.enforcingGatewayFailure();
          case CONSECUTIVE_LOCAL_ORIGIN_FAILURE -> settings.enforcingLocalOrigin();
        };
    return percent >= 100 || (percent > 0 && random.nextInt(100) < percent);
  }

  private void readmit(HostRecord host) {
    if (host.ejected()) {
      host.readmit();
      ejectedHosts--;
      epoch.incrementAndGet();
    }
  }

  /** Writes only where there is something to change: the line stays shared between cores. */
  private static void reset(AtomicInteger counter) {
    if (counter.get() != 0) {
      counter.set(0);
    }
  }
}
