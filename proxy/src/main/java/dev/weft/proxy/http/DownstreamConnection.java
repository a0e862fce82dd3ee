package dev.weft.proxy.http;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Metadata;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.telemetry.LoggedConnection;

/** Facts of a connection that a peer opened to us. Loop-confined. */
public interface DownstreamConnection extends LoggedConnection {

  /** Grows with each connection of the process; for logs. */
  long id();

  /** The listener's name. */
  String listener();

  /** Whether the listener is for what the node's own workload asks of others. */
  default boolean outbound() {
    return false;
  }

  /** Whether it came in by TLS. */
  default boolean tls() {
    return peerUri() != null;
  }

  /** What rules look at. */
  default Connection policyFacts() {
    String uri = peerUri();
    return PolicyFacts.of(
        uri == null ? null : Connection.Peer.named(uri),
        serverName(),
        remoteAddress(),
        remoteAddress(),
        localAddress());
  }

  /** What the filters in front of the connection manager found out; a live view. */
  default Metadata metadata() {
    return Metadata.NONE;
  }

  /** The connection manager that serves the connection. */
  HttpConnectionManager config();
}
