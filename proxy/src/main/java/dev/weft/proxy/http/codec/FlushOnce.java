package dev.weft.proxy.http.codec;

import dev.weft.proxy.LoopConfined;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;

/**
 * Flushes a channel once at the end of an event loop iteration, however many writes ask for it:
 * what several streams write in one turn leaves in one system call.
 */
@LoopConfined
public final class FlushOnce {
  private final Runnable task;
  private final EventLoop loop;
  private boolean asked;

  /**
   * @param flush writes out what is queued; called on the loop
   */
  public FlushOnce(Channel channel, Runnable flush) {
    this.loop = channel.eventLoop();
    this.task =
        () -> {
          asked = false;
          flush.run();
        };
  }

  /** Asks for a flush in this turn. */
  public void ask() {
    if (asked) {
      return;
    }
    asked = true;
    if (loop instanceof SingleThreadEventLoop single) {
      single.executeAfterEventLoopIteration(task);
    } else {
      loop.execute(task);
    }
  }
}
