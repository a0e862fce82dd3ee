package dev.weft.proxy.upstream.shared;

import dev.weft.proxy.config.Breakers;
import dev.weft.proxy.config.OutlierDetection;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.upstream.outlier.HostRecord;
import dev.weft.proxy.upstream.outlier.OutlierDetector;
import dev.weft.proxy.upstream.pool.ConnectionLimit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all workers share of one upstream. Thread-safe. */
public final class SharedUpstream implements ConnectionLimit {
  private final OutlierDetector outliers;
  private final Gauge requests = new Gauge();
  private final Gauge pending = new Gauge();
  private final Gauge retries = new Gauge();
  private final Gauge connections = new Gauge();
  private final Map<HostKey, Held> hosts = new HashMap<>();
  private volatile Breakers breakers = Breakers.DEFAULT;
  private @Nullable OutlierDetection detection;
  private long version = -1;
  private volatile boolean used;

  SharedUpstream(OutlierDetector outliers) {
    this.outliers = outliers;
  }

  /** A host and how many workers hold it. */
  private static final class Held {
    final HostRecord record;
    int workers;

    Held(HostRecord record) {
      this.record = record;
    }
  }

  /**
   * Takes the settings of a snapshot. Workers get there one after the other; the newest counts.
   *
   * @param snapshot its version
   */
  public synchronized void configure(long snapshot, UpstreamConfig config) {
    if (snapshot < version) {
      return;
    }
    version = snapshot;
    breakers = config.breakers();
    OutlierDetection settings = config.outlier();
    if (settings == null ? detection != null : !settings.equals(detection)) {
      detection = settings;
      outliers.configure(settings);
    }
  }

  /** The host's record, made by the first worker that has the host. */
  public synchronized HostRecord hold(HostKey key) {
    Held held = hosts.computeIfAbsent(key, ignored -> new Held(outliers.add()));
    held.workers++;
    return held.record;
  }

  /** One worker no longer has the host; with the last one its record goes. */
  public synchronized void release(HostKey key) {
    Held held = hosts.get(key);
    if (held != null && --held.workers == 0) {
      hosts.remove(key);
      outliers.remove(held.record);
    }
  }

  public OutlierDetector outliers() {
    return outliers;
  }

  /** Takes a place for a request at a host; false: {@code max_requests} is reached. */
  public boolean tryRequest() {
    markUsed();
    return requests.tryTake(breakers.maxRequests());
  }

  public void requestDone() {
    requests.give();
  }

  /** Whether it ever had traffic. */
  public boolean used() {
    return used;
  }

  private void markUsed() {
    if (!used) {
      used = true;
    }
  }

  /** Takes a place for an opaque connection; false: {@code max_connections} is reached. */
  public boolean tryConnection() {
    markUsed();
    return connections.tryTake(breakers.maxConnections());
  }

  public void connectionDone() {
    connections.give();
  }

  /** Takes a place for a pooled connection, of the same {@code max_connections}. */
  @Override
  public boolean take(boolean first) {
    return connections.tryTake(first ? Integer.MAX_VALUE : breakers.maxConnections());
  }

  @Override
  public void give() {
    connections.give();
  }

  /** Connections open or being opened, for admin and tests. */
  public Gauge connections() {
    return connections;
  }

  /** Takes a place for a request without a connection; false: {@code max_pending_requests}. */
  public boolean tryPending() {
    return pending.tryTake(breakers.maxPendingRequests());
  }

  public void pendingDone() {
    pending.give();
  }

  /**
   * Takes a place for a request that is repeated, until that request ends; false: the budget, or
   * without one {@code max_retries}, is used up. The budget is a percentage of the requests that
   * are active or pending now, but never less than {@code min_retry_concurrency}.
   */
  public boolean tryRetry() {
    Breakers limits = breakers;
    if (limits.budgetPercent() < 0) {
      return retries.tryTake(limits.maxRetries());
    }
    int active = requests.used() + pending.used();
    int budget = (int) (limits.budgetPercent() / 100.0 * active);
    return retries.tryTake(Math.max(budget, limits.minRetryConcurrency()));
  }

  public void retryDone() {
    retries.give();
  }

  /** Requests at hosts, for admin and tests. */
  public Gauge requests() {
    return requests;
  }

  /** Requests without a connection, for admin and tests. */
  public Gauge pending() {
    return pending;
  }

  /** Repeated requests that have not ended, for admin and tests. */
  public Gauge retries() {
    return retries;
  }
}
