package dev.weft.proxy.config;

import dev.weft.policy.authz.Metadata;
import dev.weft.policy.match.MetadataMatcher;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.filters.network.ext_authz}: how connections are held until a service allows them.
 *
 * @param statPrefix tells this filter from others in metrics
 * @param failureModeAllow whether connections go on where the service does not answer
 * @param peerCertificate whether it gets the peer's certificate
 * @param tlsSession whether it learns the server name that the peer asked for as one of TLS
 * @param enabledFor connections of which other filters said this are held; {@code null}: all
 */
public record NetworkExtAuthz(
    String statPrefix,
    AuthorizationService.Grpc service,
    boolean failureModeAllow,
    boolean peerCertificate,
    boolean tlsSession,
    @Nullable MetadataMatcher enabledFor)
    implements NetworkFilter {

  /** Whether a connection has to wait of which other filters said this. */
  public boolean enabled(Metadata said) {
    return enabledFor == null || enabledFor.matches(said.get(enabledFor.filter()));
  }
}
