package dev.weft.proxy.http;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.match.IpAddress;
import dev.weft.proxy.telemetry.RequestRecord;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The facts that rules look at, from what sockets and requests say. Stateless. */
public final class PolicyFacts {
  private PolicyFacts() {}

  /**
   * Of a connection.
   *
   * @param direct the other end of the socket
   * @param remote who connected, as a PROXY header says where there is one
   * @param local what was connected to, likewise
   */
  public static Connection of(
      Connection.@Nullable Peer peer,
      String serverName,
      SocketAddress direct,
      SocketAddress remote,
      SocketAddress local) {
    IpAddress source = ip(remote);
    return new Connection(
        peer,
        serverName,
        ip(local),
        local instanceof InetSocketAddress inet ? inet.getPort() : 0,
        ip(direct),
        source,
        source);
  }

  /** The address without its port; {@code null}: it has none. */
  public static @Nullable IpAddress ip(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() != null
        ? IpAddress.of(inet.getAddress().getAddress())
        : null;
  }

  /**
   * Of a request: its client is who the record says, which is who connected unless somebody who is
   * trusted has told another.
   */
  public static Connection of(DownstreamConnection connection, RequestRecord record) {
    Connection facts = connection.policyFacts();
    return record.remoteAddress().equals(connection.remoteAddress())
        ? facts
        : facts.from(ip(record.remoteAddress()));
  }

  /** The address for the JDK; IPv6 stays IPv6. */
  public static InetAddress inet(IpAddress address) {
    try {
      ByteBuffer bytes = ByteBuffer.allocate(16).putLong(address.high()).putLong(address.low());
      return address.v6()
          ? Inet6Address.getByAddress(null, bytes.array(), -1)
          : InetAddress.getByAddress(Arrays.copyOf(bytes.array(), 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The address as Envoy writes it: IPv6 by RFC 5952. */
  public static String text(IpAddress address) {
    return NetUtil.toAddressString(inet(address), true);
  }
}
