package dev.weft.proxy.app;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.transport.PortReservation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Holds the ports that the node announces from before the announcement to its end. */
final class Ports implements AutoCloseable {
  private final List<PortReservation> held = new ArrayList<>();
  private final Bootstrap bound;

  /**
   * @throws IOException when a port is not to be had
   */
  Ports(Bootstrap bootstrap) throws IOException {
    Optional<HostPort> inbound = hold(bootstrap.inbound().map(Bootstrap.Inbound::address));
    Optional<HostPort> outbound = hold(bootstrap.outbound());
    Optional<HostPort> eastWest = hold(bootstrap.eastWest().map(Bootstrap.EastWest::address));
    this.bound = bootstrap.bound(inbound, outbound, eastWest);
  }

  private Optional<HostPort> hold(Optional<HostPort> wanted) throws IOException {
    if (wanted.isEmpty()) {
      return wanted;
    }
    HostPort address = wanted.get();
    try {
      if (address.port() != 0) {
        refuseTaken(address);
      }
      PortReservation reservation = PortReservation.of(address);
      held.add(reservation);
      return Optional.of(reservation.address());
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /**
   * A shared port would be bound without a word beside another process of the same user: it is
   * asked for alone first.
   */
  private static void refuseTaken(HostPort address) throws IOException {
    try (ServerSocket alone = new ServerSocket()) {
      alone.setReuseAddress(true);
      alone.bind(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
    } catch (IOException e) {
      throw new IOException("cannot bind " + address + ": " + e.getMessage(), e);
    }
  }

  /** The bootstrap with the ports that are held. */
  Bootstrap bound() {
    return bound;
  }

  @Override
  public void close() throws IOException {
    for (PortReservation reservation : held) {
      reservation.close();
    }
    held.clear();
  }
}
