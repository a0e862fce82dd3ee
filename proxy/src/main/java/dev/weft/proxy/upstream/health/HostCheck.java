package dev.weft.proxy.upstream.health;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HealthCheck;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks one host again and again. The first result counts at once; afterwards a failure counts
 * when there were {@code unhealthy_threshold} in a row, a success after {@code healthy_threshold}.
 * A status other than 200 counts at once, as Envoy has it. A host is taken for healthy until the
 * first result.
 */
@LoopConfined
final class HostCheck {
  private final EventLoop loop;
  private final Upstream upstream;
  private final Host host;
  private final HealthCheck settings;
  private @Nullable Future<?> timer;
  private @Nullable Probe probe;
  private boolean first = true;
  private boolean healthy = true;
  private int streak;
  private boolean stopped;

  HostCheck(EventLoop loop, Upstream upstream, Host host, HealthCheck settings) {
    this.loop = loop;
    this.upstream = upstream;
    this.host = host;
    this.settings = settings;
  }

  HealthCheck settings() {
    return settings;
  }

  /** Checks now, and then in every interval. */
  void start() {
    timer = null;
    String authority = settings.host().isEmpty() ? upstream.name() : settings.host();
    RequestHead head =
        new RequestHead(
            "GET",
            host.target().tls() == null ? "http" : "https",
            authority,
            settings.path(),
            new HeaderList(4).add("user-agent", "weft"));
    Probe next = new Probe(this);
    probe = next;
    // Armed first: the pool may answer before it returns.
    timer = loop.schedule(next::timeOut, settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
    next.open(host.pool(), head);
  }

  /**
   * A check has ended.
   *
   * @param ok whether it was answered by 200
   * @param certain whether a failure counts at once
   */
  void onResult(boolean ok, boolean certain) {
    probe = null;
    cancelTimer();
    if (stopped) {
      return;
    }
    count(ok, certain);
    Duration wait = upstream.shared().used() ? settings.interval() : settings.noTrafficInterval();
    timer = loop.schedule(this::start, wait.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void count(boolean ok, boolean certain) {
    if (!first && ok == healthy) {
      streak = 0;
      return;
    }
    streak++;
    int needed = ok ? settings.healthyThreshold() : settings.unhealthyThreshold();
    if (first || certain || streak >= needed) {
      first = false;
      streak = 0;
      healthy = ok;
      upstream.shared().outliers().onProbe(host.record(), ok);
    }
  }

  /** No more checks. */
  void stop() {
    stopped = true;
    cancelTimer();
    Probe running = probe;
    probe = null;
    if (running != null) {
      running.cancel();
    }
  }

  /** What was found no longer counts. */
  void forget() {
    if (!healthy) {
      upstream.shared().outliers().onProbe(host.record(), true);
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
