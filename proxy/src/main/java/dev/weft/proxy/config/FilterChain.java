package dev.weft.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of connection passes through.
 *
 * @param name from the resource, or {@code chain-<index>}
 * @param tls terminates TLS when set
 * @param networkRbac checked once per connection after the handshake, before the terminal filter,
 *     in order
 */
public record FilterChain(
    String name,
    ChainMatch match,
    @Nullable DownstreamTls tls,
    List<NetworkRbac> networkRbac,
    Terminal terminal) {

  public FilterChain {
    networkRbac = List.copyOf(networkRbac);
  }

  /** What a chain ends in. */
  public sealed interface Terminal permits HttpConnectionManager, TcpProxy {}
}
