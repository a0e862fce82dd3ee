package dev.weft.proxy.transport;

import dev.weft.proxy.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;

/**
 * Holds a port without listening on it, so that it can be announced before its listener exists and
 * so that every worker binds the same one. Listeners of this process may bind it as long as they
 * use {@link Transport#reusePort}. Thread-safe.
 */
public final class PortReservation implements AutoCloseable {
  private final Socket socket;
  private final HostPort address;

  private PortReservation(Socket socket, HostPort address) {
    this.socket = socket;
    this.address = address;
  }

  /**
   * Reserves an address; with port 0 the system chooses one.
   *
   * @param wanted a literal IP address and a port
   * @throws IOException when it is not to be had
   */
  public static PortReservation of(HostPort wanted) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(wanted.host()), wanted.port()));
      return new PortReservation(socket, new HostPort(wanted.host(), socket.getLocalPort()));
    } catch (IOException e) {
      socket.close();
      throw new IOException("cannot bind " + wanted + ": " + e.getMessage(), e);
    }
  }

  /** The address with the port that is held. */
  public HostPort address() {
    return address;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
