package dev.weft.proxy.http;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Metadata;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.telemetry.TransportFacts;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The facts as a value: but for what filters found out they do not change while a connection lasts.
 *
 * @param tls whether the connection came in by TLS
 * @param policyFacts what rules look at
 */
public record ConnectionFacts(
    long id,
    SocketAddress remoteAddress,
    SocketAddress localAddress,
    String protocol,
    boolean tls,
    String serverName,
    @Nullable String peerUri,
    String listener,
    TransportFacts transport,
    boolean outbound,
    HttpConnectionManager config,
    Connection policyFacts,
    Metadata metadata)
    implements DownstreamConnection {

  /** The same connection with another protocol. */
  public ConnectionFacts speaking(String other) {
    return new ConnectionFacts(
        id,
        remoteAddress,
        localAddress,
        other,
        tls,
        serverName,
        peerUri,
        listener,
        transport,
        outbound,
        config,
        policyFacts,
        metadata);
  }

  /** The scheme of the connection's requests. */
  public String scheme() {
    return tls ? "https" : "http";
  }
}
