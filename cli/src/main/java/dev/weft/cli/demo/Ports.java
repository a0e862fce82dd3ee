package dev.weft.cli.demo;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;

/**
 * Hands out loopback ports for TCP: the usual one where it is free, else the next free one; none
 * twice, and none to two demos at once. The programs that are to listen on them bind them a moment
 * later, so until {@link #close} the UDP port of the same number is held: whoever hands out ports
 * in this way sees that it is taken, and no crash leaves it behind. One thread.
 */
final class Ports implements AutoCloseable {
  /** What systems give to outgoing connections begins above: nothing may take such a port first. */
  private static final int LAST = 32_767;

  private static final int FIRST = 10_240;
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final Map<Integer, DatagramSocket> held = new HashMap<>();

  /** The preferred port, or another that is free now. */
  int take(int preferred) {
    if (hold(preferred)) {
      return preferred;
    }
    int first = preferred >= FIRST && preferred < LAST ? preferred + 1 : FIRST;
    for (int i = 0; i <= LAST - FIRST; i++) {
      int candidate = FIRST + (first - FIRST + i) % (LAST - FIRST + 1);
      if (hold(candidate)) {
        return candidate;
      }
    }
    throw new DemoException("no free port on 127.0.0.1 from " + FIRST + " to " + LAST);
  }

  /** Lets a port go whose program needs it for UDP, too, and starts now. */
  void release(int port) {
    DatagramSocket holder = held.remove(port);
    if (holder != null) {
      holder.close();
    }
  }

  /** Gives all of them up. */
  @Override
  public void close() {
    held.values().forEach(DatagramSocket::close);
    held.clear();
  }

  private boolean hold(int port) {
    if (held.containsKey(port)) {
      return false;
    }
    DatagramSocket holder;
    try {
      holder = new DatagramSocket(new InetSocketAddress(LOOPBACK, port));
    } catch (IOException e) {
      return false;
    }
    if (!free(port)) {
      holder.close();
      return false;
    }
    held.put(port, holder);
    return true;
  }

  private static boolean free(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(LOOPBACK, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
