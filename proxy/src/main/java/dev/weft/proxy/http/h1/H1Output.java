package dev.weft.proxy.http.h1;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.http.codec.FlushOnce;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.transport.LingeringClose;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way back to the peer of one HTTP/1.1 connection; what a turn writes leaves with one flush. A
 * small body joins its head in one buffer: one segment for the kernel, one record for TLS. A large
 * piece leaves at once, while the processor still has it in its cache.
 */
@LoopConfined
final class H1Output {
  /** Of a body that is copied behind its head; a page costs less than a second segment. */
  private static final int JOINED = 4096;

  private static final int LARGE = 16 * 1024;

  private final Channel channel;
  private final H1Writer writer;
  private final FlushOnce flush;
  private final boolean trailers;
  private final Duration delayedClose;

  /** A head that what follows may join; {@code null}: none. */
  private @Nullable ByteBuf open;

  /**
   * @param writer the worker's
   * @param protocols whether trailers are written, and how long a peer is read after the end
   */
  H1Output(Channel channel, H1Writer writer, HttpProtocols protocols) {
    this.channel = channel;
    this.writer = writer;
    this.flush = new FlushOnce(channel, this::flush);
    this.trailers = protocols.http1().trailers();
    this.delayedClose = protocols.delayedClose();
  }

  /** Ends a head that was begun with {@link #writer}. */
  void head(H1Writer head, int bodyBytes) {
    push();
    if (bodyBytes > 0 && bodyBytes <= JOINED) {
      open = head.end(alloc(), bodyBytes);
      flush.ask();
    } else {
      write(head.end(alloc()));
    }
  }

  /** Takes ownership. */
  void write(ByteBuf bytes) {
    int length = bytes.readableBytes();
    ByteBuf head = open;
    if (head != null && length <= head.writableBytes()) {
      head.writeBytes(bytes);
      bytes.release();
      return;
    }
    push();
    channel.write(bytes, channel.voidPromise());
    if (length >= LARGE) {
      channel.flush();
    } else {
      flush.ask();
    }
  }

  /** Hands on what waits for more. */
  private void push() {
    ByteBuf head = open;
    if (head != null) {
      open = null;
      channel.write(head, channel.voidPromise());
    }
  }

  private void flush() {
    push();
    channel.flush();
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
    push();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /**
   * Ends our direction, and the connection when the peer has ended too or {@code
   * delayed_close_timeout} has passed.
   */
  void lingerAndClose() {
    push();
    LingeringClose.afterFlush(channel, delayedClose);
  }

  /**
   * Closes: the peer sees an incomplete answer, or one that needs no more than its head, whenever
   * that was written.
   */
  void abort() {
    if (channel.isActive()) {
      flush();
    }
    release();
    channel.close();
  }

  /** The connection is gone: nothing is written any more. */
  void release() {
    ByteBuf head = open;
    if (head != null) {
      open = null;
      head.release();
    }
  }
}
