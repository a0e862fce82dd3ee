package dev.weft.bench.peer;

import dev.weft.bench.machine.Cores;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What all proxies of a run stand on: directory, processors, identities and the backend's ports.
 */
public final class Ground {
  /** The service that is called, by its mesh name. */
  public static final String HOST = "payments.mesh";

  /** The server name by which the server's proxy is called. */
  public static final String SERVER_NAME = "9001.payments.default.east.demo";

  private static final int FIRST_PORT = 18_000;
  private static final int LAST_PORT = 32_000;
  private static final int SPREAD = 10_000;

  private final Path directory;
  private final Cores cores;
  private final Authority authority;
  private final int http1;
  private final int http2;
  // Where another run on the machine does not look at the same time.
  private int next = FIRST_PORT + (int) (ProcessHandle.current().pid() * 61 % SPREAD);

  /** Chooses the backend's ports; nothing listens there yet. */
  public Ground(Path directory, Cores cores, Authority authority) throws IOException {
    this.directory = directory;
    this.cores = cores;
    this.authority = authority;
    this.http1 = freePort();
    this.http2 = freePort();
  }

  /** The run's own directory. */
  public Path directory() {
    return directory;
  }

  /** A directory of that name in it, made when it is not there. */
  public Path directory(String name) throws IOException {
    return Files.createDirectories(directory.resolve(name));
  }

  /** The processors. */
  public Cores cores() {
    return cores;
  }

  /** Who signs. */
  public Authority authority() {
    return authority;
  }

  /** The backend's port for a topology. */
  public int backend(Topology topology) {
    return switch (topology) {
      case HTTP2 -> http2;
      case HTTP1, PAIR, POLICY, INBOUND, TCP -> http1;
    };
  }

  /**
   * A port of 127.0.0.1 that is free now and was not given before. Not one of those that the kernel
   * gives to outgoing connections, of which the load makes many before the port is bound.
   */
  public int freePort() throws IOException {
    while (next < LAST_PORT) {
      int port = next++;
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (BindException e) {
        // Somebody else's.
      }
    }
    throw new IOException("no free port between " + FIRST_PORT + " and " + LAST_PORT);
  }
}
