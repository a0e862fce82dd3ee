package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.codec.Tunnel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of a CONNECT that is ended here ({@code connect_config}): a connection of its
 * own, answered 200 when it is open, and bytes alone from then on.
 */
@LoopConfined
final class RawTunnel implements UpstreamStream, Tunnel.Listener, Dialer.Waiter {
  private final Events events;
  private final int bufferLimit;
  private @Nullable Tunnel tunnel;
  private boolean requestDone;
  private boolean ended;

  private RawTunnel(Events events, int bufferLimit) {
    this.events = events;
    this.bufferLimit = bufferLimit;
  }

  /** Dials; the events are told how it goes. */
  static HostPool.Pending dial(Dialer dialer, int bufferLimit, Events events) {
    RawTunnel stream = new RawTunnel(events, bufferLimit);
    dialer.dial(stream);
    return () -> stream.ended = true;
  }

  @Override
  public void onOpen(Channel channel) {
    if (ended) {
      channel.close();
      return;
    }
    tunnel = Tunnel.on(channel, bufferLimit, this);
    events.onStarted(this);
    if (!ended) {
      events.onResponse(new ResponseHead(200, new HeaderList(0)), false);
    }
    if (!ended) {
      events.onWritable();
    }
  }

  @Override
  public void onFailure(ConnectFailure failure) {
    if (!ended) {
      ended = true;
      events.onConnectFailure(failure);
    }
  }

  @Override
  public void data(ByteBuf data, boolean end) {
    if (ended || requestDone || tunnel == null) {
      data.release();
      return;
    }
    tunnel.write(data);
    if (end) {
      requestDone = true;
      tunnel.end();
    }
  }

  @Override
  public void trailers(HeaderList trailers) {
    data(Unpooled.EMPTY_BUFFER, true);
  }

  @Override
  public void reset() {
    ended = true;
    if (tunnel != null) {
      tunnel.close();
    }
  }

  @Override
  public boolean writable() {
    return !ended && tunnel != null && tunnel.writable();
  }

  @Override
  public void consumed(int bytes) {
    if (tunnel != null) {
      tunnel.consumed(bytes);
    }
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    if (ended) {
      bytes.release();
    } else {
      events.onData(bytes, false);
    }
  }

  @Override
  public void onEnd() {
    if (!ended) {
      ended = true;
      events.onData(Unpooled.EMPTY_BUFFER, true);
      if (tunnel != null) {
        tunnel.close();
      }
    }
  }

  @Override
  public void onWritable() {
    if (!ended) {
      events.onWritable();
    }
  }

  @Override
  public void onGone() {
    if (!ended) {
      ended = true;
      events.onReset(ResetReason.CONNECTION_CLOSED, true);
    }
  }
}
