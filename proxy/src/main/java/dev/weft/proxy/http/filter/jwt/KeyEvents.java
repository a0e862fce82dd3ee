package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.JwksCache;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.UpstreamMetrics.KeyResult;
import org.jboss.logging.Logger;

/** Tells of keys that were fetched or not. A failure is logged once until the next success. */
@LoopConfined
final class KeyEvents implements JwksCache.Events {
  private static final Logger LOG = Logger.getLogger(KeyEvents.class);

  private final String upstream;
  private final ProxyMetrics metrics;
  private boolean failing;

  KeyEvents(String upstream, ProxyMetrics metrics) {
    this.upstream = upstream;
    this.metrics = metrics;
  }

  @Override
  public void fetched() {
    metrics.upstream(upstream).keysFetched(KeyResult.FETCHED);
    if (failing) {
      failing = false;
      LOG.infof("keys for tokens come from upstream %s again", upstream);
    }
  }

  @Override
  public void failed(String why, boolean serving) {
    metrics.upstream(upstream).keysFetched(serving ? KeyResult.FAILED_SERVING : KeyResult.FAILED);
    if (!failing) {
      failing = true;
      LOG.warnf(
          "no keys for tokens from upstream %s: %s; %s",
          upstream, why, serving ? "the last good ones go on" : "tokens are refused");
    }
  }
}
