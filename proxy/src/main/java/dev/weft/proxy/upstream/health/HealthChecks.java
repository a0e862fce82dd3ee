package dev.weft.proxy.upstream.health;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HealthCheck;
import dev.weft.proxy.upstream.Host;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.UpstreamSet;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * The checks of every host of every upstream that asks for one ({@code Cluster.health_checks}, of
 * which there is at most one). An upstream without traffic is checked as {@code
 * no_traffic_interval} says, once a minute where it is not set.
 */
@LoopConfined
public final class HealthChecks {
  private final EventLoop loop;
  private final Map<Host, HostCheck> checks = new HashMap<>();

  public HealthChecks(EventLoop loop) {
    this.loop = loop;
  }

  /** Begins with hosts that are new and ends with those that are gone. */
  public void update(UpstreamSet upstreams) {
    Map<Host, HostCheck> kept = new HashMap<>();
    for (Upstream upstream : upstreams.all()) {
      if (!upstream.config().healthChecks().isEmpty()) {
        HealthCheck settings = upstream.config().healthChecks().getFirst();
        for (Host host : upstream.hosts()) {
          HostCheck known = checks.remove(host);
          if (known != null && !known.settings().equals(settings)) {
            known.stop();
            known = null;
          }
          kept.put(host, known == null ? start(upstream, host, settings) : known);
        }
      }
    }
    for (Iterator<HostCheck> gone = checks.values().iterator(); gone.hasNext(); ) {
      HostCheck check = gone.next();
      gone.remove();
      check.stop();
      // Without a check nothing would ever let the host back in.
      check.forget();
    }
    checks.putAll(kept);
  }

  private HostCheck start(Upstream upstream, Host host, HealthCheck settings) {
    HostCheck check = new HostCheck(loop, upstream, host, settings);
    check.start();
    return check;
  }

  /** The worker ends. */
  public void close() {
    checks.values().forEach(HostCheck::stop);
    checks.clear();
  }
}
