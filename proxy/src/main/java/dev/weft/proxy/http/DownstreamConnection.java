package dev.weft.proxy.http;

import dev.weft.proxy.config.HttpConnectionManager;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Facts of a connection that a peer opened to us. Loop-confined. */
public interface DownstreamConnection {

  /** Grows with each connection of the process; for logs. */
  long id();

  SocketAddress remoteAddress();

  SocketAddress localAddress();

  /** {@code HTTP/1.1}, {@code HTTP/1.0} or {@code HTTP/2}. */
  String protocol();

  /** SNI that the peer sent; empty: none. */
  String serverName();

  /** URI SAN of the peer's verified certificate; {@code null}: plaintext or no certificate. */
  @Nullable String peerUri();

  /** The listener's name. */
  String listener();

  /** The connection manager that serves the connection. */
  HttpConnectionManager config();
}
