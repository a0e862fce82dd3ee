package dev.weft.proxy.worker;

import dev.weft.proxy.transport.Transport;
import dev.weft.proxy.upstream.pool.Pools;
import java.time.Duration;

/**
 * How the workers run.
 *
 * @param workers 1 to 1024
 * @param drainTime how long connections of a removed listener or chain may last
 * @param h1Idle how long a free HTTP/1.1 connection to a host is kept
 */
public record WorkerSettings(
    int workers, Transport transport, Duration drainTime, Duration h1Idle) {

  public WorkerSettings {
    if (workers < 1 || workers > 1024) {
      throw new IllegalArgumentException("workers: 1 to 1024, found " + workers);
    }
  }

  /** So many workers with the defaults. */
  public static WorkerSettings of(int workers) {
    return new WorkerSettings(workers, Transport.best(), Duration.ofSeconds(30), Pools.H1_IDLE);
  }
}
