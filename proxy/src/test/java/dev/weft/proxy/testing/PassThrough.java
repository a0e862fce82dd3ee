package dev.weft.proxy.testing;

import dev.weft.proxy.config.AccessLogConfig;
import dev.weft.proxy.config.LogType;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.filter.authz.AuthorizationChecks;
import dev.weft.proxy.tcp.TcpHosts;
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.telemetry.ConnectionLog;
import dev.weft.proxy.telemetry.LoggedConnection;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.upstream.pool.HostPool;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import dev.weft.proxy.worker.WorkerContext;
import dev.weft.proxy.worker.WorkerState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The least that can stand where the router does: every request goes to one host, without retries.
 * A connect failure answers 503, a reset before the response 502 with the reason.
 */
public final class PassThrough implements WorkerState {
  /** What was seen, by all workers. */
  public static final class Log {
    /** Requests whose connection is kept: a load test makes more of them than anybody reads. */
    private static final int MAX = 1000;

    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final List<String> resets = new CopyOnWriteArrayList<>();
    private final List<String> peers = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    /** Failures of requests that were refused by the codec. */
    public List<String> refused() {
      return refused;
    }

    /** Attempts that were reset: reason and whether the request was sent. */
    public List<String> resets() {
      return resets;
    }

    /** Protocol, server name and peer of each request's connection. */
    public List<String> peers() {
      return peers;
    }

    /** Lines about connections: why, and bytes received and sent. */
    public List<String> lines() {
      return lines;
    }
  }

  private final HostPool pool;
  private final Log log;
  private final TcpHosts tcpHosts;
  private final AuthorizationChecks checks;

  private PassThrough(HostPool pool, Log log, TcpHosts tcpHosts, AuthorizationChecks checks) {
    this.checks = checks;
    this.pool = pool;
    this.log = log;
    this.tcpHosts = tcpHosts;
  }

  /** To the target, which is asked for when a worker is made. */
  public static WorkerState.Factory to(
      Supplier<HostTarget> target, Log log, ScriptedService service) {
    return context -> create(context, target.get(), log, service);
  }

  private static PassThrough create(
      WorkerContext context, HostTarget target, Log log, ScriptedService service) {
    return new PassThrough(
        context.pools().create(target),
        log,
        (upstream, downstream) ->
            new TcpHosts.Choice.Host(
                target,
                new IgnoredOutcome(),
                new AttemptRecord(
                    target.address(), "", "", 0, AttemptRecord.Why.BALANCED, System.nanoTime())),
        new AuthorizationChecks(
            service.on(context.loop()),
            new SplittableRandom(1),
            InstantSource.system(),
            (values, connection, into) -> {}));
  }

  private static final class IgnoredOutcome implements TcpHosts.Outcome {
    @Override
    public void onConnected() {}

    @Override
    public void onConnectFailure(UpstreamStream.ConnectFailure failure) {}

    @Override
    public void onClosed(long toHost, long fromHost) {}
  }

  @Override
  public AuthorizationChecks checks() {
    return checks;
  }

  @Override
  public DownstreamStream.Acceptor acceptor() {
    return new DownstreamStream.Acceptor() {
      @Override
      public DownstreamStream.Events onRequest(
          RequestHead head, boolean end, DownstreamStream stream) {
        if (log.peers.size() < Log.MAX) {
          DownstreamConnection connection = stream.connection();
          log.peers.add(
              connection.protocol() + " " + connection.serverName() + " " + connection.peerUri());
        }
        return new Exchange(stream).start(head, end);
      }

      @Override
      public void onRefused(
          DownstreamConnection connection, CodecRefusal reason, int status, String detail) {
        log.refused.add(reason + " " + status + ": " + detail);
      }
    };
  }

  @Override
  public TcpHosts tcpHosts() {
    return tcpHosts;
  }

  @Override
  public ConnectionLog connectionLog() {
    return new ConnectionLog() {
      @Override
      public long millis() {
        return System.currentTimeMillis();
      }

      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public void decided(RequestRecord record) {}

      @Override
      public void lines(
          List<AccessLogConfig> logs,
          LogType type,
          RequestRecord record,
          LoggedConnection connection) {
        logs.forEach(
            each -> log.lines.add(type.word() + " " + record.bytesIn() + " " + record.bytesOut()));
      }
    };
  }

  @Override
  public void onSnapshot(Snapshot snapshot) {}

  @Override
  public void close() {
    pool.drain();
  }

  private record Piece(ByteBuf data, boolean end, @Nullable HeaderList trailers) {}

  private final class Exchange {
    private final DownstreamStream downstream;
    private final List<Piece> waiting = new ArrayList<>();
    private HostPool.Pending pending = () -> {};
    private @Nullable UpstreamStream upstream;
    private boolean responded;
    private int owedDown;
    private int owedUp;

    Exchange(DownstreamStream downstream) {
      this.downstream = downstream;
    }

    DownstreamStream.Events start(RequestHead head, boolean end) {
      pending = pool.open(head, end, new FromHost(this));
      return new FromPeer(this);
    }

    void toHost(Piece piece) {
      UpstreamStream to = upstream;
      if (to == null) {
        waiting.add(piece);
        return;
      }
      int length = piece.data().readableBytes();
      if (piece.trailers() != null) {
        to.trailers(piece.trailers());
      } else {
        to.data(piece.data(), piece.end());
      }
      if (to.writable()) {
        downstream.consumed(length);
      } else {
        owedDown += length;
      }
    }

    void toPeer(ByteBuf data, boolean end) {
      int length = data.readableBytes();
      downstream.data(data, end);
      if (downstream.writable() && upstream != null) {
        upstream.consumed(length);
      } else {
        owedUp += length;
      }
    }

    void fail(int status, String why) {
      release();
      if (responded) {
        downstream.reset(ResetReason.REMOTE_RESET);
      } else {
        downstream.respond(new ResponseHead(status, new HeaderList(1).add("x-failure", why)), true);
      }
    }

    void release() {
      waiting.forEach(piece -> piece.data().release());
      waiting.clear();
    }
  }

  private record FromPeer(Exchange exchange) implements DownstreamStream.Events {
    @Override
    public void onData(ByteBuf data, boolean end) {
      exchange.toHost(new Piece(data, end, null));
    }

    @Override
    public void onTrailers(HeaderList trailers) {
      exchange.toHost(new Piece(Unpooled.EMPTY_BUFFER, true, trailers));
    }

    @Override
    public void onReset(ResetReason reason) {
      exchange.pending.cancel();
      if (exchange.upstream != null) {
        exchange.upstream.reset();
      }
      exchange.release();
    }

    @Override
    public void onWritable() {
      int owed = exchange.owedUp;
      exchange.owedUp = 0;
      if (exchange.upstream != null) {
        exchange.upstream.consumed(owed);
      }
    }
  }

  private final class FromHost implements UpstreamStream.Events {
    private final Exchange exchange;

    FromHost(Exchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public void onStarted(UpstreamStream stream) {
      exchange.upstream = stream;
      List<Piece> pieces = List.copyOf(exchange.waiting);
      exchange.waiting.clear();
      pieces.forEach(exchange::toHost);
    }

    @Override
    public void onConnectFailure(UpstreamStream.ConnectFailure failure) {
      log.resets.add(failure.kind() + " " + failure.detail());
      exchange.fail(503, failure.kind().name());
    }

    @Override
    public void onInformational(ResponseHead head) {
      exchange.downstream.inform(head);
    }

    @Override
    public void onResponse(ResponseHead head, boolean end) {
      exchange.responded = true;
      exchange.downstream.respond(head, end);
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
      exchange.toPeer(data, end);
    }

    @Override
    public void onTrailers(HeaderList trailers) {
      exchange.downstream.trailers(trailers);
    }

    @Override
    public void onReset(ResetReason reason, boolean requestSent) {
      log.resets.add(reason + " sent=" + requestSent);
      exchange.fail(502, reason + " sent=" + requestSent);
    }

    @Override
    public void onWritable() {
      int owed = exchange.owedDown;
      exchange.owedDown = 0;
      exchange.downstream.consumed(owed);
    }
  }
}
