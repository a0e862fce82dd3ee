package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.RequestHead;
import java.util.function.Consumer;

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

  void fail(UpstreamStream.ConnectFailure failure) {
    done = true;
    events.onConnectFailure(failure);
  }

  @Override
  public void cancel() {
    if (!done) {
      done = true;
      withdraw.accept(this);
    }
  }
}
