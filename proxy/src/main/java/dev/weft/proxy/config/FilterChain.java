package dev.weft.proxy.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of connection passes through.
 *
 * @param name from the resource, or {@code chain-<index>}
 * @param tls terminates TLS when set
 * @param networkRbac checked once per connection after the handshake, before the terminal filter,
 *     in order
 * @param handshake how long TLS may take to begin; zero: for ever
 */
public record FilterChain(
    String name,
    ChainMatch match,
    @Nullable DownstreamTls tls,
    List<NetworkRbac> networkRbac,
    Terminal terminal,
    Duration handshake) {
  /** Where nothing is said of it. */
  public static final Duration HANDSHAKE = Duration.ofSeconds(10);

  public FilterChain {
    networkRbac = List.copyOf(networkRbac);
  }

  /** With a handshake that takes no longer than others. */
  public FilterChain(
      String name,
      ChainMatch match,
      @Nullable DownstreamTls tls,
      List<NetworkRbac> networkRbac,
      Terminal terminal) {
    this(name, match, tls, networkRbac, terminal, HANDSHAKE);
  }

  /** The same with other rules for its connections. */
  public FilterChain with(List<NetworkRbac> rules) {
    return new FilterChain(name, match, tls, rules, terminal, handshake);
  }

  /** What a chain ends in. */
  public sealed interface Terminal permits HttpConnectionManager, TcpProxy {}
}
