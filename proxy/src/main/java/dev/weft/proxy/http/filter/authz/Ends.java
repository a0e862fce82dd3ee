package dev.weft.proxy.http.filter.authz;

import dev.weft.policy.authz.Connection;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The two ends of a connection as a service is told them. Stateless. */
final class Ends {
  private Ends() {}

  /**
   * One of them.
   *
   * @param names of its certificate; {@code null}: it has none
   */
  static AttributeContext.Peer.Builder end(
      java.net.SocketAddress address, Connection.@Nullable Peer names) {
    AttributeContext.Peer.Builder end = AttributeContext.Peer.newBuilder();
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      end.setAddress(
          Address.newBuilder()
              .setSocketAddress(
                  SocketAddress.newBuilder()
                      .setAddress(inet.getAddress().getHostAddress())
                      .setPortValue(inet.getPort())));
    }
    return end.setPrincipal(names == null ? "" : principal(names));
  }

  /** The first URI SAN, else the first DNS SAN, else the subject. */
  static String principal(Connection.Peer names) {
    if (!names.uris().isEmpty()) {
      return names.uris().getFirst();
    }
    return names.dnsNames().isEmpty() ? names.subject() : names.dnsNames().getFirst();
  }
}
