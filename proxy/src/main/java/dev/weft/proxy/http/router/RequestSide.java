package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.upstream.pool.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The way of the request's body to the current attempt. Bytes are given back to the caller's flow
 * control when an upstream has taken them for the first time.
 */
@LoopConfined
final class RequestSide {
  private final DownstreamStream down;
  private final RequestRecord record;

  /** {@code null}: the head was all. */
  private final @Nullable RequestBody body;

  private @Nullable Mirrors mirrors;
  private boolean complete;
  private boolean closed;

  /**
   * @param end whether the head is all of the request
   * @param replayBytes bytes kept for a retry
   */
  RequestSide(DownstreamStream down, RequestRecord record, boolean end, int replayBytes) {
    this.down = down;
    this.record = record;
    this.complete = end;
    this.body = end ? null : new RequestBody(replayBytes, true);
  }

  /** The route is known. */
  void routed(Route.Action.Forward action) {
    if (body == null) {
      return;
    }
    if (action.retry() == null) {
      body.stopKeeping();
    } else if (action.replayBytes() >= 0) {
      body.keepAtMost(action.replayBytes());
    }
  }

  /** Copies get what came before and what comes from now on. */
  void mirrorTo(@Nullable Mirrors copies) {
    mirrors = copies;
    if (copies != null && body != null) {
      body.copyTo(copies);
    }
  }

  /** Whether there is nothing beside the head. */
  boolean headOnly() {
    return body == null || body.empty();
  }

  /** Whether the caller has sent everything. */
  boolean complete() {
    return complete;
  }

  /** A piece came; {@code to} takes it if there is such a stream. */
  void data(ByteBuf data, boolean end, @Nullable UpstreamStream to) {
    int size = data.readableBytes();
    record.bytesIn(size);
    if (closed || body == null) {
      data.release();
      down.consumed(size);
      return;
    }
    if (mirrors != null) {
      mirrors.data(data, end);
    }
    body.add(data);
    if (end) {
      complete = true;
      body.complete(null);
    }
    pump(to);
  }

  /** Lets as many bytes come as wait here: somebody bounds them. */
  void taken(int bytes) {
    int fresh = closed || body == null ? 0 : body.creditAhead(bytes);
    if (fresh > 0) {
      down.consumed(fresh);
    }
  }

  /** A filter holds the request: it sees what came of the body while another one did. */
  void show(FilterRun filters) {
    ByteBuf there = closed || body == null ? null : body.waiting();
    if (there != null) {
      try {
        filters.held(there, complete);
      } finally {
        there.release();
      }
    } else if (body != null && complete) {
      filters.held(Unpooled.EMPTY_BUFFER, true);
    }
  }

  /** The request ended with trailers. */
  void trailers(HeaderList trailers, @Nullable UpstreamStream to) {
    if (!closed && body != null) {
      complete = true;
      if (mirrors != null) {
        mirrors.trailers(trailers);
      }
      body.complete(trailers);
      pump(to);
    }
  }

  /** Hands on what the stream takes. */
  void pump(@Nullable UpstreamStream to) {
    if (body != null && to != null) {
      int taken = body.pump(to);
      if (taken > 0 && !closed) {
        down.consumed(taken);
      }
    }
  }

  /** An attempt begins; whether the request's head is all that it will get. */
  boolean endsWithHead() {
    if (body == null) {
      return true;
    }
    if (body.empty()) {
      body.endSentWithHead();
      return true;
    }
    return false;
  }

  /** Whether the current attempt was given everything. */
  boolean sent() {
    return body == null || body.endSent();
  }

  /** Whether another attempt could be given everything. */
  boolean canReplay() {
    return body == null || body.canReplay();
  }

  /** Another attempt begins with the first byte. */
  void rewind() {
    if (body != null) {
      body.rewind();
    }
  }

  /** There will be no other attempt. */
  void stopKeeping() {
    if (body != null) {
      body.stopKeeping();
    }
  }

  /** The request is over: what still comes is dropped. */
  void close() {
    if (!closed) {
      closed = true;
      if (mirrors != null) {
        mirrors.close();
      }
      int unsent = body == null ? 0 : body.close();
      if (unsent > 0) {
        down.consumed(unsent);
      }
    }
  }
}
