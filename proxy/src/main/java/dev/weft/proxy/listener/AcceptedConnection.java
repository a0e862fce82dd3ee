package dev.weft.proxy.listener;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.transport.Drainable;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** A connection of a listener, from accept to close. */
@LoopConfined
final class AcceptedConnection implements Drainable {
  private final Channel channel;
  private @Nullable FilterChain chain;
  private @Nullable Drainable codec;

  AcceptedConnection(Channel channel) {
    this.channel = channel;
  }

  Channel channel() {
    return channel;
  }

  /** The chain that serves it; {@code null}: none was chosen yet. */
  @Nullable FilterChain chain() {
    return chain;
  }

  void choose(FilterChain chosen) {
    chain = chosen;
  }

  void serve(Drainable by) {
    codec = by;
  }

  /** Whether bytes have been understood so far as to be served. */
  boolean serves() {
    return codec != null;
  }

  /** A connection that is still being set up goes on: it may carry a request already. */
  @Override
  public void drain() {
    if (codec != null) {
      codec.drain();
    }
  }
}
