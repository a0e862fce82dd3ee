package dev.weft.proxy.telemetry;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Facts of a downstream connection that access logs may tell. Loop-confined. */
public interface LoggedConnection {
  SocketAddress remoteAddress();

  SocketAddress localAddress();

  /** {@code HTTP/1.1}, {@code HTTP/1.0} or {@code HTTP/2}; empty: not HTTP, or not known yet. */
  String protocol();

  /** SNI that the peer sent; empty: none. */
  String serverName();

  /** URI SAN of the peer's verified certificate; {@code null}: plaintext or no certificate. */
  @Nullable String peerUri();

  /** How it is secured, and by which chain it is served. */
  default TransportFacts transport() {
    return TransportFacts.NONE;
  }

  /** Why the proxy ended it, in Envoy's words where it has some; empty: it did not. */
  default String termination() {
    return "";
  }

  /** Whether the line is about the connection as a whole and not about one of its requests. */
  default boolean whole() {
    return false;
  }
}
