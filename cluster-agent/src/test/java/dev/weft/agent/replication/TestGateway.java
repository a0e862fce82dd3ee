package dev.weft.agent.replication;

import dev.weft.agent.model.Address;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * What stands between two agents: passes bytes through to a port that may change, and can be cut so
 * that, as with a dead link, nobody is told and nothing arrives.
 */
final class TestGateway implements AutoCloseable {

  private final ServerSocket server;
  private final IntSupplier target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final Object gate = new Object();
  private boolean cut;
  private volatile boolean stalledTowardsClient;

  TestGateway(IntSupplier target) {
    this.target = target;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  Address address() {
    return new Address("127.0.0.1", server.getLocalPort());
  }

  int accepted() {
    return accepted.get();
  }

  /** Nothing passes any more; open connections stay open on both sides. */
  void cut() {
    synchronized (gate) {
      cut = true;
    }
  }

  /** New connections pass; those from before the cut stay dead, as after a state table was lost. */
  void heal() {
    synchronized (gate) {
      cut = false;
      gate.notifyAll();
    }
  }

  /** What the origin sends is no longer read: a slow consumer. */
  void stallTowardsClient(boolean stalled) {
    synchronized (gate) {
      stalledTowardsClient = stalled;
      gate.notifyAll();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    heal();
    stallTowardsClient(false);
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        accepted.incrementAndGet();
        sockets.add(client);
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    try {
      if (!passing(false)) {
        return;
      }
      Socket origin = new Socket();
      sockets.add(origin);
      origin.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target.getAsInt()));
      Thread.ofVirtual().start(() -> pass(client, origin, false));
      pass(origin, client, true);
    } catch (IOException e) {
      close(client);
    }
  }

  private void pass(Socket from, Socket to, boolean towardsClient) {
    byte[] buffer = new byte[4096];
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (!passing(towardsClient)) {
          // Keeps the sockets open and silent for ever.
          sleepUntilClosed();
          return;
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // The other direction ends with it.
    }
    close(from);
    close(to);
  }

  /** Waits while stalled; {@code false} when cut. */
  private boolean passing(boolean towardsClient) {
    synchronized (gate) {
      while (towardsClient && stalledTowardsClient && !cut) {
        try {
          gate.wait();
        } catch (InterruptedException e) {
          return false;
        }
      }
      return !cut;
    }
  }

  private void sleepUntilClosed() {
    try {
      while (!server.isClosed()) {
        synchronized (gate) {
          gate.wait(200);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }
}
