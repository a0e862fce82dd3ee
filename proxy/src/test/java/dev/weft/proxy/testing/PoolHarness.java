package dev.weft.proxy.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.codec.Scratch;
import dev.weft.proxy.tls.TlsHandlers;
import dev.weft.proxy.transport.ConnectionEvents;
import dev.weft.proxy.transport.Transport;
import dev.weft.proxy.upstream.pool.ConnectionLimit;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.upstream.pool.Pools;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A pool on an event loop of its own, and attempts that say how they ended. */
public final class PoolHarness implements AutoCloseable {
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final HostPool pool;

  public PoolHarness(Transport transport, HostTarget target) {
    this(transport, target, ConnectionLimit.NONE);
  }

  public PoolHarness(Transport transport, HostTarget target, ConnectionLimit limit) {
    group = transport.loops(1, new DefaultThreadFactory("pool-test"));
    loop = group.next();
    pool =
        new Pools(
                loop,
                transport,
                new TlsHandlers(InstantSource.system()),
                Duration.ofSeconds(4),
                new Scratch(),
                ConnectionEvents.NONE)
            .create(target, limit);
  }

  public PoolHarness(HostTarget target) {
    this(Transport.best(), target);
  }

  public EventLoop loop() {
    return loop;
  }

  /** The pool; only on the loop. */
  public HostPool pool() {
    return pool;
  }

  /** An attempt without a body. */
  public Attempt send(String method) {
    return send(method, new HeaderList());
  }

  public Attempt send(String method, HeaderList headers) {
    Attempt attempt = new Attempt();
    loop.execute(() -> attempt.open(pool, method, headers));
    return attempt;
  }

  /** Runs on the loop and waits. */
  public <T> T onLoop(java.util.concurrent.Callable<T> task) {
    return loop.submit(task).syncUninterruptibly().getNow();
  }

  /**
   * One attempt: its outcome is {@code 200 body}, {@code reset REASON sent=...} or {@code connect
   * KIND}.
   */
  public static final class Attempt implements UpstreamStream.Events {
    private final CompletableFuture<String> outcome = new CompletableFuture<>();
    private final CompletableFuture<UpstreamStream> started = new CompletableFuture<>();
    private final StringBuilder body = new StringBuilder();
    private @Nullable UpstreamStream stream;
    private HostPool.Pending pending = () -> {};
    private int status;

    public void open(HostPool pool, String method, HeaderList headers) {
      pending = pool.open(new RequestHead(method, "http", "host", "/", headers), true, this);
    }

    public HostPool.Pending pending() {
      return pending;
    }

    /** Waits for the end. */
    public String outcome() {
      return outcome.orTimeout(30, TimeUnit.SECONDS).join();
    }

    public boolean done() {
      return outcome.isDone();
    }

    /** Waits for a stream. */
    public UpstreamStream started() {
      return started.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void onStarted(UpstreamStream to) {
      stream = to;
      started.complete(to);
    }

    @Override
    public void onConnectFailure(UpstreamStream.ConnectFailure failure) {
      outcome.complete("connect " + failure.kind());
    }

    @Override
    public void onInformational(ResponseHead head) {}

    @Override
    public void onResponse(ResponseHead head, boolean end) {
      status = head.status();
      finish(end);
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
      body.append(data.toString(ISO_8859_1));
      if (stream != null) {
        stream.consumed(data.readableBytes());
      }
      data.release();
      finish(end);
    }

    @Override
    public void onTrailers(HeaderList trailers) {
      finish(true);
    }

    private void finish(boolean end) {
      if (end) {
        outcome.complete(status + " " + body);
      }
    }

    @Override
    public void onReset(ResetReason reason, boolean requestSent) {
      outcome.complete("reset " + reason + " sent=" + requestSent);
    }

    @Override
    public void onWritable() {}
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
