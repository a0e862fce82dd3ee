package dev.weft.proxy.http.codec;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Http2Settings;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;

/**
 * Frames of a peer that cost more than they do (CVE-2019-9513, -9517, -9518): counted as Envoy
 * counts them, so that the same limits mean the same. Beyond a limit the connection ends with
 * ENHANCE_YOUR_CALM.
 */
@LoopConfined
final class FrameLimits extends Http2FrameListenerDecorator {
  private final Http2Settings.Limits limits;
  private long streams;
  private long dataSent;
  private long priorities;
  private long windowUpdates;
  private int emptyInRow;

  FrameLimits(Http2FrameListener listener, Http2Settings.Limits limits) {
    super(listener);
    this.limits = limits;
  }

  /** A stream has begun, whoever began it. */
  void onStream() {
    streams++;
  }

  /** DATA was sent: the peer may say that it has taken it. */
  void onDataSent() {
    dataSent++;
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end)
      throws Http2Exception {
    if (data.isReadable() || end) {
      emptyInRow = 0;
    } else if (++emptyInRow > limits.emptyFramesInRow()) {
      throw flood("empty DATA frames");
    }
    return super.onDataRead(ctx, streamId, data, padding, end);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    if (++priorities > limits.prioritiesPerStream() * (1 + streams)) {
      throw flood("PRIORITY frames");
    }
    super.onPriorityRead(ctx, streamId, dependency, weight, exclusive);
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
      throws Http2Exception {
    if (++windowUpdates > 5 + 2 * (streams + limits.windowUpdatesPerData() * dataSent)) {
      throw flood("WINDOW_UPDATE frames");
    }
    super.onWindowUpdateRead(ctx, streamId, increment);
  }

  private static Http2Exception flood(String what) {
    return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many %s", what);
  }
}
