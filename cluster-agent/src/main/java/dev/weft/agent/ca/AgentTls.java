package dev.weft.agent.ca;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.svid.JdkTickets;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;

/**
 * TLS for the agent's gRPC: TLS 1.3 only, its own certificate as of each handshake, the trust as of
 * each handshake. Made once; keys and roots change underneath. Immutable.
 */
public final class AgentTls {
  static {
    JdkTickets.turnOff();
  }

  private final AgentIdentity identity;
  private final MeshTrust trust;

  public AgentTls(AgentIdentity identity, MeshTrust trust) {
    this.identity = identity;
    this.trust = trust;
  }

  /**
   * For the agent's port: a client certificate is asked for and, when presented, has to be a
   * trusted one.
   */
  public SslContext server() throws SSLException {
    return GrpcSslContexts.configure(
            SslContextBuilder.forServer(identity.keyManager())
                .trustManager(trust.clients())
                .clientAuth(ClientAuth.OPTIONAL)
                // A resumed session would carry the certificate's verdict of an earlier day; calls
                // are held against today's all the same (CallerInterceptor).
                .sessionCacheSize(1)
                .sessionTimeout(1)
                .protocols("TLSv1.3"),
            SslProvider.JDK)
        .build();
  }

  /** For dialling another agent, which has to be exactly this one. */
  public SslContext client(SpiffeId expected) throws SSLException {
    return GrpcSslContexts.configure(
            SslContextBuilder.forClient()
                .keyManager(identity.keyManager())
                .trustManager(trust.server(expected))
                // Identities are SPIFFE ids, checked by the trust manager; the server name only
                // finds the way.
                .endpointIdentificationAlgorithm(null)
                .protocols("TLSv1.3"),
            SslProvider.JDK)
        .build();
  }
}
