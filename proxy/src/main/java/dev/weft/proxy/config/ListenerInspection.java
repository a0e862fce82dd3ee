package dev.weft.proxy.config;

import java.time.Duration;
import java.util.Set;

/**
 * What reads the first bytes of a listener's connections, in this order.
 *
 * @param proxyProtocol versions of a PROXY header that has to come first; empty: none is read
 * @param proxyOptional whether a connection without the header is served as it is
 * @param tls whether a TLS inspector reads the ClientHello, so that chains can match on server
 *     name, transport protocol and ALPN
 * @param http whether an HTTP inspector reads the request line, so that chains can match on {@code
 *     http/1.0}, {@code http/1.1} and {@code h2c}
 * @param timeout how long each waits for enough bytes; zero: for ever
 * @param continueOnTimeout whether a silent connection goes on as one of an unknown protocol, as
 *     those do whose server speaks first; otherwise it is closed
 */
public record ListenerInspection(
    Set<ProxyVersion> proxyProtocol,
    boolean proxyOptional,
    boolean tls,
    boolean http,
    Duration timeout,
    boolean continueOnTimeout) {

  public ListenerInspection {
    proxyProtocol = Set.copyOf(proxyProtocol);
  }

  /** The TLS inspector, or nothing. */
  public static ListenerInspection of(boolean tls, Duration timeout) {
    return new ListenerInspection(Set.of(), false, tls, false, timeout, false);
  }
}
