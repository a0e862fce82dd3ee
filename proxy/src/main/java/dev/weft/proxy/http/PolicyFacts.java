package dev.weft.proxy.http;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.match.IpAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
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

  private static @Nullable IpAddress ip(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() != null
        ? IpAddress.of(inet.getAddress().getAddress())
        : null;
  }

  /**
   * Of a request: its client is the last address of {@code x-forwarded-for}, as with Envoy's
   * defaults ({@code use_remote_address} unset, no {@code xff_num_trusted_hops}), and who connected
   * where there is none. Only a proxy in front that writes the header makes it worth a rule.
   */
  public static Connection of(DownstreamConnection connection, RequestHead head) {
    Connection facts = connection.policyFacts();
    String forwarded = head.headers().joined("x-forwarded-for");
    if (forwarded == null) {
      return facts;
    }
    IpAddress client = IpAddress.parse(forwarded.substring(forwarded.lastIndexOf(',') + 1).strip());
    return client == null ? facts : facts.from(client);
  }
}
