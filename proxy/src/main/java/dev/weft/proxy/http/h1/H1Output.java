package dev.weft.proxy.http.h1;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.codec.FlushOnce;
import dev.weft.proxy.http.codec.H1Writer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;

/**
 * The way back to the peer of one HTTP/1.1 connection; what a turn writes leaves with one flush.
 */
@LoopConfined
final class H1Output {
  private final Channel channel;
  private final H1Writer writer;
  private final FlushOnce flush;
  private final boolean trailers;

  /**
   * @param writer the worker's
   * @param trailers whether trailers are written
   */
  H1Output(Channel channel, H1Writer writer, boolean trailers) {
    this.channel = channel;
    this.writer = writer;
    this.flush = new FlushOnce(channel, channel::flush);
    this.trailers = trailers;
  }

  void write(ByteBuf bytes) {
    channel.write(bytes, channel.voidPromise());
    flush.ask();
  }

  H1Writer writer() {
    return writer;
  }

  ByteBufAllocator alloc() {
    return channel.alloc();
  }

  boolean writable() {
    return channel.isWritable();
  }

  boolean trailers() {
    return trailers;
  }

  /** 100 (Continue), RFC 9110 section 15.2.1. */
  void sendContinue() {
    write(writer.response(100).end(alloc()));
  }

  /** A whole answer without a body, after which the connection ends. */
  void refuse(int status) {
    write(writer.refusal(status, alloc()));
  }

  void closeAfterFlush() {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /** Closes at once: the peer sees an incomplete answer. */
  void abort() {
    channel.close();
  }
}
