package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way to an attempt. Pieces wait here until a stream takes them. As
 * long as the request may be repeated, what was sent is kept too, up to a bound; a body that went
 * beyond it is streamed, let go, and not repeated.
 */
@LoopConfined
final class RequestBody {
  private static final int SMALL = 512;
  private static final int TAIL = 4096;

  private int bound;

  /** Sent by the current attempt and kept for the next; oldest first. */
  private List<ByteBuf> kept = new ArrayList<>(2);

  /** The last of those kept, where it is a buffer of ours with room for small pieces. */
  private @Nullable ByteBuf tail;

  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(2);
  private boolean replayable;
  private boolean lost;
  private int keptBytes;
  private long position;
  private long credited;
  private long received;
  private boolean complete;
  private boolean endSent;
  private @Nullable HeaderList trailers;

  /**
   * @param bound bytes kept for replay
   * @param replayable whether the request may ever be repeated
   */
  RequestBody(int bound, boolean replayable) {
    this.bound = bound;
    this.replayable = replayable;
  }

  /** Another bound; before the first byte is sent. */
  void keepAtMost(int bytes) {
    bound = bytes;
  }

  /** A piece came; it is owned from now on. */
  void add(ByteBuf piece) {
    if (piece.isReadable()) {
      received += piece.readableBytes();
      waiting.add(piece);
    } else {
      piece.release();
    }
  }

  /** Copies what waits, which is all before the first byte was sent. */
  void copyTo(Mirrors copies) {
    int left = waiting.size();
    for (ByteBuf piece : waiting) {
      left--;
      copies.data(piece, left == 0 && complete && trailers == null);
    }
    if (complete && trailers != null) {
      copies.trailers(trailers);
    }
  }

  /** Nothing more comes. */
  void complete(@Nullable HeaderList last) {
    complete = true;
    trailers = last;
  }

  /** Whether it is complete and there is neither a byte nor a trailer in it. */
  boolean empty() {
    return complete && trailers == null && kept.isEmpty() && waiting.isEmpty() && position == 0;
  }

  /** Whether the current attempt has got everything. */
  boolean endSent() {
    return endSent;
  }

  /**
   * Hands to the stream what it takes.
   *
   * @return bytes sent for the first time: to be given back to the sender's flow control
   */
  int pump(UpstreamStream stream) {
    while (!waiting.isEmpty() && stream.writable()) {
      ByteBuf piece = waiting.remove();
      int size = piece.readableBytes();
      boolean end = complete && trailers == null && waiting.isEmpty();
      position += size;
      endSent = end;
      if (replayable && keptBytes + size <= bound) {
        keep(piece, size);
        stream.data(piece, end);
      } else {
        lost = true;
        stopKeeping();
        stream.data(piece, end);
      }
    }
    if (complete && waiting.isEmpty() && !endSent) {
      endSent = true;
      if (trailers == null) {
        stream.data(Unpooled.EMPTY_BUFFER, true);
      } else {
        stream.trailers(trailers);
      }
    }
    int fresh = (int) Math.max(0, position - credited);
    credited = Math.max(credited, position);
    return fresh;
  }

  /**
   * Bytes that wait are given back to the sender's flow control now.
   *
   * @return how many of them were not before
   */
  int creditAhead(int bytes) {
    int fresh = (int) Math.max(0, Math.min(bytes, received - credited));
    credited += fresh;
    return fresh;
  }

  /** All that waits, to be released; {@code null}: nothing does. */
  @Nullable ByteBuf waiting() {
    if (waiting.isEmpty()) {
      return null;
    }
    ByteBuf[] pieces = new ByteBuf[waiting.size()];
    int i = 0;
    for (ByteBuf piece : waiting) {
      pieces[i++] = piece.retainedDuplicate();
    }
    return Unpooled.wrappedBuffer(pieces);
  }

  /**
   * Keeps a piece that is about to be sent. A small one is copied: as a slice it would hold on to
   * the whole buffer that it was read into, and the bound would not bound memory.
   */
  private void keep(ByteBuf piece, int size) {
    keptBytes += size;
    if (size >= SMALL) {
      kept.add(piece.retainedDuplicate());
      tail = null;
      return;
    }
    ByteBuf last = tail;
    if (last == null || last.writableBytes() < size) {
      last = piece.alloc().buffer(TAIL, TAIL);
      kept.add(last);
      tail = last;
    }
    last.writeBytes(piece, piece.readerIndex(), size);
  }

  /** The head said already that nothing follows. */
  void endSentWithHead() {
    endSent = true;
  }

  /** Whether another attempt could get the whole body. */
  boolean canReplay() {
    return !lost;
  }

  /** Another attempt begins at the first byte. */
  void rewind() {
    for (int i = kept.size() - 1; i >= 0; i--) {
      waiting.addFirst(kept.get(i));
    }
    kept = new ArrayList<>(2);
    tail = null;
    keptBytes = 0;
    position = 0;
    endSent = false;
  }

  /** The request will not be repeated. */
  void stopKeeping() {
    replayable = false;
    for (ByteBuf piece : kept) {
      lost = true;
      piece.release();
    }
    kept.clear();
    tail = null;
    keptBytes = 0;
  }

  /**
   * Lets everything go.
   *
   * @return bytes that were never sent
   */
  int close() {
    stopKeeping();
    while (!waiting.isEmpty()) {
      ByteBuf piece = waiting.remove();
      position += piece.readableBytes();
      piece.release();
    }
    int unsent = (int) Math.max(0, position - credited);
    credited = Math.max(credited, position);
    return unsent;
  }
}
