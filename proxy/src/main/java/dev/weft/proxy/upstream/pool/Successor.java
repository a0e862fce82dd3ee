package dev.weft.proxy.upstream.pool;

import io.netty.channel.Channel;
import java.util.List;

/** Takes over a connection on which another protocol was agreed than was expected. */
@FunctionalInterface
interface Successor {
  /**
   * @param channel open and its handshake done; the connection limit counts it already
   * @param attempts that waited for it, and for others like it
   */
  void take(Channel channel, List<PendingAttempt> attempts);
}
