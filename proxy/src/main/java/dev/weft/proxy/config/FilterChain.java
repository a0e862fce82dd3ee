package dev.weft.proxy.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of connection passes through.
 *
 * @param name from the resource, or {@code chain-<index>}
 * @param tls terminates TLS when set
 * @param filters each connection passes them once, after the handshake and before the terminal
 *     filter, in order
 * @param handshake how long TLS may take to begin; zero: for ever
 */
public record FilterChain(
    String name,
    ChainMatch match,
    @Nullable DownstreamTls tls,
    List<NetworkFilter> filters,
    Terminal terminal,
    Duration handshake) {
  /** Where nothing is said of it. */
  public static final Duration HANDSHAKE = Duration.ofSeconds(10);

  public FilterChain {
    filters = List.copyOf(filters);
  }

  /** With a handshake that takes no longer than others. */
  public FilterChain(
      String name,
      ChainMatch match,
      @Nullable DownstreamTls tls,
      List<NetworkFilter> filters,
      Terminal terminal) {
    this(name, match, tls, filters, terminal, HANDSHAKE);
  }

  /** The same with other filters before the terminal one. */
  public FilterChain with(List<NetworkFilter> others) {
    return new FilterChain(name, match, tls, others, terminal, handshake);
  }

  /** The same with another end. */
  public FilterChain with(Terminal other) {
    return new FilterChain(name, match, tls, filters, other, handshake);
  }

  /** What a chain ends in. */
  public sealed interface Terminal permits HttpConnectionManager, TcpProxy {}
}
