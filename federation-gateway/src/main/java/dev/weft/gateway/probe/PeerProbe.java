package dev.weft.gateway.probe;

import dev.weft.gateway.probe.ProbeResult.Outcome;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.upstream.pool.HostPool;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Probes one gateway of a peer until it is stopped.
 *
 * <pre>{@code
 * waiting ──interval──> asking ──answer, failure or timeout──> waiting
 * }</pre>
 *
 * <p>The connection is kept between probes. After a timeout it is given up, since it may lead
 * nowhere, and the next probe dials again; its round trip is measured without the dialling, as all
 * are.
 */
@LoopConfined
final class PeerProbe {

  private final ProbeTarget target;
  private final EventLoop loop;
  private final HostPool.Factory pools;
  private final LongSupplier nanoTime;
  private final ProbeSink sink;
  private @Nullable HostPool pool;
  private @Nullable ProbeAttempt attempt;
  private @Nullable Future<?> next;
  private long askedAt;
  private boolean stopped;

  /**
   * Does nothing before {@link #ask}.
   *
   * @param nanoTime a monotonic clock
   */
  PeerProbe(
      ProbeTarget target,
      EventLoop loop,
      HostPool.Factory pools,
      LongSupplier nanoTime,
      ProbeSink sink) {
    this.target = target;
    this.loop = loop;
    this.pools = pools;
    this.nanoTime = nanoTime;
    this.sink = sink;
  }

  /** Asks now, and then each interval. */
  void ask() {
    if (stopped) {
      return;
    }
    HostPool connections = pool;
    if (connections == null) {
      connections = pools.create(target.host());
      pool = connections;
    }
    ProbeAttempt asking = new ProbeAttempt(nanoTime, this::onEnd);
    attempt = asking;
    askedAt = nanoTime.getAsLong();
    asking.begin(connections, head(), loop, target.check().timeout());
  }

  /** Ends it without a result. */
  void stop() {
    stopped = true;
    if (next != null) {
      next.cancel(false);
    }
    if (attempt != null) {
      attempt.abandon();
    }
    hangUp();
  }

  private void onEnd(Outcome outcome) {
    attempt = null;
    // Only after the end of one does the next begin, so that they never share a connection that is
    // given up.
    long due = askedAt + target.check().interval().toNanos() - nanoTime.getAsLong();
    next = loop.schedule(this::ask, Math.max(0, due), TimeUnit.NANOSECONDS);
    if (outcome instanceof Outcome.Unreachable(Failure failure)
        && failure == Failure.REQUEST_TIMEOUT) {
      hangUp();
    }
    sink.onResult(new ProbeResult(target.cluster(), target.address(), outcome));
  }

  private void hangUp() {
    if (pool != null) {
      pool.drain();
      pool = null;
    }
  }

  private RequestHead head() {
    return new RequestHead(
        "GET",
        target.host().tls() == null ? "http" : "https",
        target.authority(),
        target.check().path(),
        new HeaderList().add("user-agent", "weft-gateway"));
  }
}
