package dev.weft.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Hands out loopback ports: the usual one where it is free, else any free one; none twice. One
 * thread.
 */
final class Ports {
  private final Set<Integer> taken = new HashSet<>();

  /** The preferred port, or another that is free now. */
  int take(int preferred) {
    if (taken.add(preferred) && free(preferred)) {
      return preferred;
    }
    for (int attempt = 0; attempt < 100; attempt++) {
      int candidate = any();
      if (taken.add(candidate)) {
        return candidate;
      }
    }
    throw new IllegalStateException("no free port on 127.0.0.1");
  }

  private static boolean free(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int any() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on 127.0.0.1", e);
    }
  }
}
