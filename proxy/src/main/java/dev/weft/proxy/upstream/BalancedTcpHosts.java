package dev.weft.proxy.upstream;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.tcp.TcpHosts;
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import java.util.function.LongSupplier;

/** Chooses hosts for opaque connections by the same balancers, priorities and health. */
@LoopConfined
public final class BalancedTcpHosts implements TcpHosts {
  private final UpstreamSet upstreams;
  private final LongSupplier nanoTime;

  /**
   * @param nanoTime monotonic
   */
  public BalancedTcpHosts(UpstreamSet upstreams, LongSupplier nanoTime) {
    this.upstreams = upstreams;
    this.nanoTime = nanoTime;
  }

  @Override
  public Choice pick(TcpProxy.Weighted to, Downstream downstream) {
    Upstream upstream = upstreams.get(to.upstream());
    if (upstream == null) {
      return new Choice.None(Failure.NO_UPSTREAM);
    }
    Host host = upstream.pick(downstream.serverName(), null, to.subset(), null);
    if (host == null) {
      return new Choice.None(Failure.NO_HEALTHY_HOST);
    }
    if (!upstream.shared().tryConnection()) {
      return new Choice.None(Failure.OVERFLOW);
    }
    host.begin();
    AttemptRecord attempt =
        new AttemptRecord(
            host.key().address(),
            host.endpoint().instance(),
            host.endpoint().cluster(),
            host.priority(),
            AttemptRecord.Why.BALANCED,
            nanoTime.getAsLong());
    return new Choice.Host(
        host.target(),
        new Tally(upstream, host, downstream.listener(), attempt, nanoTime),
        attempt);
  }

  /** Keeps the books of one connection. */
  @LoopConfined
  private static final class Tally implements Outcome {
    private final Upstream upstream;
    private final Host host;
    private final String listener;
    private final AttemptRecord attempt;
    private final LongSupplier nanoTime;
    private boolean over;

    Tally(
        Upstream upstream,
        Host host,
        String listener,
        AttemptRecord attempt,
        LongSupplier nanoTime) {
      this.listener = listener;
      this.upstream = upstream;
      this.host = host;
      this.attempt = attempt;
      this.nanoTime = nanoTime;
    }

    @Override
    public void onConnected() {
      upstream.shared().outliers().onConnected(host.record());
      attempt.sent(true);
      attempt.end(AttemptResult.ANSWERED, 0, "", nanoTime.getAsLong());
      upstream.metrics().attempt(AttemptResult.ANSWERED);
    }

    @Override
    public void onConnectFailure(ConnectFailure failure) {
      AttemptResult result =
          switch (failure.kind()) {
            case REFUSED, UNREACHABLE, OTHER -> AttemptResult.CONNECT_FAILURE;
            case TIMEOUT -> AttemptResult.CONNECT_TIMEOUT;
            case TLS -> AttemptResult.TLS_FAILURE;
            case OVERFLOW -> AttemptResult.OVERFLOW;
          };
      if (result != AttemptResult.OVERFLOW) {
        upstream.shared().outliers().onLocalFailure(host.record(), 503);
      }
      attempt.end(result, 0, failure.detail(), nanoTime.getAsLong());
      upstream.metrics().attempt(result);
      end();
    }

    @Override
    public void onClosed(long bytesToHost, long bytesFromHost) {
      upstream.metrics().tcpClosed(listener, bytesToHost, bytesFromHost);
      end();
    }

    private void end() {
      if (!over) {
        over = true;
        host.end();
        upstream.shared().connectionDone();
      }
    }
  }
}
