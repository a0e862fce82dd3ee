package dev.weft.proxy.http.codec;

import dev.weft.proxy.LoopConfined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 framing of one connection, either side. Streams are no channels of their own: frames go
 * straight to a listener, and a turn's frames leave with one flush. Flow control is returned when
 * the bytes were passed on, not when they were read.
 */
@LoopConfined
public final class H2Handler extends Http2ConnectionHandler {
  /** Streams that a peer may reset in 30 s before the connection is closed (CVE-2023-44487). */
  private static final int MAX_RESETS_BY_PEER = 2000;

  private static final int RESET_WINDOW_SECONDS = 30;
  private static final int DEFAULT_WINDOW = 65_535;

  private final int connectionWindow;
  private @Nullable ChannelHandlerContext context;
  private @Nullable FlushOnce flush;
  private @Nullable Faults faults;
  private @Nullable FrameLimits limits;

  /** Told of what the peer did wrong, before it is answered. */
  public interface Faults {
    /**
     * @param tooLarge whether it is a header block of more than the permitted size, which is
     *     answered with 431
     * @param late whether it is a frame for a stream that is over, which a peer may not know yet
     */
    void onStreamFault(int streamId, boolean tooLarge, boolean late);

    /**
     * The connection ends.
     *
     * @param flood whether it is for too much rather than for something wrong
     */
    void onConnectionFault(boolean flood);
  }

  private H2Handler(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      int connectionWindow) {
    // Closing is closing: what a peer is told before is up to us.
    super(decoder, encoder, settings, true);
    this.connectionWindow = connectionWindow;
  }

  /**
   * Makes one side of a connection.
   *
   * @param settings what the peer is told
   * @param config how much may be unread over all streams, and how many frames a peer may send
   * @param frames told of frames
   * @param streams told of streams that begin and end
   * @param writability told when a stream takes data again
   */
  public static H2Handler create(
      boolean server,
      Http2Settings settings,
      dev.weft.proxy.config.Http2Settings config,
      Http2FrameListener frames,
      Http2Connection.Listener streams,
      Http2RemoteFlowController.Listener writability) {
    FrameLimits limits = new FrameLimits(frames, config.limits());
    H2Handler handler = new Builder(server, settings, config).with(limits).build();
    handler.limits = limits;
    handler.connection().addListener(streams);
    handler
        .connection()
        .addListener(
            new Http2ConnectionAdapter() {
              @Override
              public void onStreamActive(Http2Stream stream) {
                limits.onStream();
              }
            });
    handler.encoder().flowController().listener(writability);
    return handler;
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<H2Handler, Builder> {
    private final int connectionWindow;

    Builder(boolean server, Http2Settings settings, dev.weft.proxy.config.Http2Settings config) {
      this.connectionWindow = config.initialConnectionWindow();
      // What the peer says of its limit of headers is advice (RFC 9113 section 6.5.2).
      encoderIgnoreMaxHeaderListSize(true);
      encoderEnforceMaxQueuedControlFrames(config.limits().controlFrames());
      // FrameLimits counts these.
      decoderEnforceMaxConsecutiveEmptyDataFrames(0);
      connection(connection(server));
      initialSettings(settings);
      headerSensitivityDetector(HeaderNames::neverRepeats);
      validateHeaders(true);
      // Ours are never counted: on a connection shared by many callers a limit would cut off
      // others.
      encoderEnforceMaxRstFramesPerWindow(0, 0);
      // A host may reset what it likes: its resets end attempts, not the connection.
      decoderEnforceMaxRstFramesPerWindow(
          server ? MAX_RESETS_BY_PEER : 0, server ? RESET_WINDOW_SECONDS : 0);
    }

    /** Streams take turns; what a peer says of their priorities is deprecated and not heard. */
    private static Http2Connection connection(boolean server) {
      DefaultHttp2Connection connection = new DefaultHttp2Connection(server);
      connection
          .remote()
          .flowController(
              new DefaultHttp2RemoteFlowController(
                  connection, new UniformStreamByteDistributor(connection)));
      return connection;
    }

    Builder with(Http2FrameListener frames) {
      return frameListener(frames);
    }

    @Override
    protected H2Handler build() {
      return super.build();
    }

    @Override
    protected H2Handler build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return new H2Handler(decoder, encoder, settings, connectionWindow);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    flush = new FlushOnce(ctx.channel(), () -> flush(ctx));
    super.handlerAdded(ctx);
    if (connectionWindow > DEFAULT_WINDOW) {
      Http2Stream all = connection().connectionStream();
      var windows = (DefaultHttp2LocalFlowController) connection().local().flowController();
      // Else a window of less than twice the default were told only when half of it is read.
      float usual = windows.windowUpdateRatio(all);
      windows.windowUpdateRatio(all, Math.nextDown(1f));
      windows.incrementWindowSize(all, connectionWindow - DEFAULT_WINDOW);
      windows.windowUpdateRatio(all, usual);
    }
    askFlush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
      super.exceptionCaught(ctx, cause);
    } else {
      Unexpected.close(ctx, cause);
    }
  }

  /** Tells of faults from now on. */
  public void listen(Faults to) {
    faults = to;
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    if (!outbound && faults != null) {
      faults.onStreamFault(
          error.streamId(),
          error instanceof Http2Exception.HeaderListSizeException,
          error.error() == Http2Error.STREAM_CLOSED);
    }
    super.onStreamError(ctx, outbound, cause, error);
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    if (!outbound && faults != null && error != null && error.error() != Http2Error.NO_ERROR) {
      faults.onConnectionFault(error.error() == Http2Error.ENHANCE_YOUR_CALM);
    }
    super.onConnectionError(ctx, outbound, cause, error);
  }

  /** Sends what was written in this turn at its end. */
  public void askFlush() {
    if (flush != null) {
      flush.ask();
    }
  }

  /** The handler's context; it is in a pipeline. */
  public ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return context;
  }

  /** Sends a head or trailers. */
  public void headers(Http2Stream stream, Http2Headers headers, boolean end) {
    headers(stream.id(), headers, end, context().newPromise());
  }

  /** Sends a head, which may begin a stream; the promise is kept when it has left. */
  public void headers(int streamId, Http2Headers headers, boolean end, ChannelPromise left) {
    encoder().writeHeaders(context(), streamId, headers, 0, end, left);
    askFlush();
  }

  /** Sends data as flow control lets it; takes ownership. */
  public void data(Http2Stream stream, ByteBuf data, boolean end, ChannelPromise left) {
    if (limits != null) {
      limits.onDataSent();
    }
    encoder().writeData(context(), stream.id(), data, 0, end, left);
    askFlush();
  }

  /** Ends a stream at once; queued data is dropped. */
  public void reset(Http2Stream stream, Http2Error error) {
    resetStream(context(), stream.id(), error.code(), context().newPromise());
    askFlush();
  }

  /** Tells the peer up to which stream it will be served. */
  public void goAway(int lastStreamId) {
    goAway(
        context(),
        lastStreamId,
        Http2Error.NO_ERROR.code(),
        Unpooled.EMPTY_BUFFER,
        context().newPromise());
    askFlush();
  }

  public void ping(long content) {
    encoder().writePing(context(), false, content, context().newPromise());
    askFlush();
  }

  /** Whether the stream takes more data now. */
  public boolean writable(Http2Stream stream) {
    return connection().remote().flowController().isWritable(stream);
  }

  /** Returns flow control; without effect once the stream is closed. */
  public void consumed(Http2Stream stream, int bytes) {
    try {
      if (bytes > 0 && connection().local().flowController().consumeBytes(stream, bytes)) {
        askFlush();
      }
    } catch (Http2Exception e) {
      throw new IllegalStateException("more was consumed than was read", e);
    }
  }

  /** Closes when everything written has left. */
  public void closeAfterFlush() {
    flush(context());
    context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }
}
