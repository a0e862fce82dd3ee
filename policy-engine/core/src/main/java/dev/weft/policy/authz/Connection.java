package dev.weft.policy.authz;

import dev.weft.policy.match.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a connection that rules look at. Addresses are {@code null} where the connection has
 * none.
 *
 * @param peer names of the verified peer certificate; {@code null}: none
 * @param serverName SNI; empty: none
 * @param destination the address connected to, as a PROXY header says where there is one
 * @param destinationPort the port connected to, likewise
 * @param direct the other end of the socket, whatever it says of itself
 * @param source who connected, as a PROXY header says where there is one
 * @param remote the client of the request, as the proxies in front of it say where there are any
 */
public record Connection(
    @Nullable Peer peer,
    String serverName,
    @Nullable IpAddress destination,
    int destinationPort,
    @Nullable IpAddress direct,
    @Nullable IpAddress source,
    @Nullable IpAddress remote) {

  /** A connection whose addresses are not known. */
  public Connection(@Nullable String peerUri, String serverName, int destinationPort) {
    this(
        peerUri == null ? null : Peer.named(peerUri),
        serverName,
        null,
        destinationPort,
        null,
        null,
        null);
  }

  /** The same with another client behind it. */
  public Connection from(@Nullable IpAddress client) {
    return new Connection(peer, serverName, destination, destinationPort, direct, source, client);
  }

  /**
   * The names of a verified certificate, in the order that Envoy looks at them.
   *
   * @param uris URI SANs
   * @param dnsNames DNS SANs
   * @param subject RFC 2253; empty: none
   */
  public record Peer(List<String> uris, List<String> dnsNames, String subject) {

    public Peer {
      uris = List.copyOf(uris);
      dnsNames = List.copyOf(dnsNames);
    }

    /** A certificate with one URI SAN and nothing else, as a SPIFFE id has it. */
    public static Peer named(String uri) {
      return new Peer(List.of(uri), List.of(), "");
    }
  }
}
