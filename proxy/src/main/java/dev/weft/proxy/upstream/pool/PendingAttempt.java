package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.RequestHead;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An attempt that waits for a connection. */
@LoopConfined
final class PendingAttempt implements HostPool.Pending {
  /** Of an attempt that never had to wait. */
  static final HostPool.Pending STARTED = () -> {};

  private final RequestHead head;
  private final boolean end;
  private final UpstreamStream.Events events;
  private final Consumer<PendingAttempt> withdraw;
  private boolean done;
  private HostPool.@Nullable Pending moved;

  /**
   * @param withdraw takes it out of the queue
   */
  PendingAttempt(
      RequestHead head,
      boolean end,
      UpstreamStream.Events events,
      Consumer<PendingAttempt> withdraw) {
    this.head = head;
    this.end = end;
    this.events = events;
    this.withdraw = withdraw;
  }

  void startOn(H1ClientConnection connection) {
    done = true;
    connection.begin(head, end, events);
  }

  void startOn(H2ClientConnection connection) {
    done = true;
    connection.begin(head, end, events);
  }

  /** Goes on waiting in another pool, which takes it out of its queue when it is withdrawn. */
  void moveTo(HostPool pool) {
    done = true;
    moved = pool.open(head, end, events);
  }

  void fail(UpstreamStream.ConnectFailure failure) {
    done = true;
    events.onConnectFailure(failure);
  }

  @Override
  public void cancel() {
    if (moved != null) {
      moved.cancel();
    } else if (!done) {
      done = true;
      withdraw.accept(this);
    }
  }
}
