package dev.weft.proxy.http;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.Optional;

/**
 * The address by which a node is known to others where a connection comes from its own loopback:
 * its first IPv4 address that is no loopback, as Envoy takes it. Looked up once for the process;
 * thread-safe.
 */
public final class NodeAddress {
  private static final String TEXT = first().map(NetUtil::toAddressString).orElse("127.0.0.1");

  private NodeAddress() {}

  /** Dotted. */
  public static String text() {
    return TEXT;
  }

  private static Optional<InetAddress> first() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(NodeAddress::up)
          .sorted(java.util.Comparator.comparingInt(NetworkInterface::getIndex))
          .flatMap(each -> Collections.list(each.getInetAddresses()).stream())
          .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
          .findFirst();
    } catch (SocketException e) {
      return Optional.empty();
    }
  }

  private static boolean up(NetworkInterface each) {
    try {
      return each.isUp();
    } catch (SocketException e) {
      return false;
    }
  }
}
