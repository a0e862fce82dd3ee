package dev.weft.proxy.worker;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.listener.ListenerSet;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Map;

/** One event loop with everything that belongs to it. All methods are called on it. */
@LoopConfined
final class Worker {
  private final EventLoop loop;
  private final WorkerState state;
  private final ListenerSet listeners;
  private long version = -1;

  /** Called on the loop. */
  Worker(EventLoop loop, WorkerState state, ListenerSet listeners) {
    this.loop = loop;
    this.state = state;
    this.listeners = listeners;
  }

  /**
   * Swaps the snapshot. Routes and upstreams first, so that no connection meets a listener whose
   * routes are not there yet.
   */
  void apply(Snapshot snapshot, Map<String, HostPort> addresses) {
    assert loop.inEventLoop();
    if (snapshot.version() <= version) {
      return;
    }
    version = snapshot.version();
    state.onSnapshot(snapshot);
    listeners.update(snapshot.listeners(), addresses);
  }

  void warm() {
    assert loop.inEventLoop();
    listeners.warm();
  }

  void drain(Duration limit) {
    assert loop.inEventLoop();
    listeners.drain(limit);
  }

  /** Closes everything at once. */
  void close() {
    assert loop.inEventLoop();
    listeners.close();
    state.close();
  }
}
