package dev.weft.proxy.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How endpoints are dialled: the first match whose criteria are all in the endpoint's {@code
 * envoy.transport_socket_match} metadata, else the default.
 *
 * @param fallback {@code null}: plaintext
 * @param proxyProtocol PROXY header sent to every endpoint; {@code null}: none
 */
public record TransportSockets(
    List<Match> matches, @Nullable UpstreamTls fallback, @Nullable ProxyVersion proxyProtocol) {

  public static final TransportSockets PLAINTEXT = new TransportSockets(List.of(), null);

  /** Without a PROXY header. */
  public TransportSockets(List<Match> matches, @Nullable UpstreamTls fallback) {
    this(matches, fallback, null);
  }

  public TransportSockets {
    matches = List.copyOf(matches);
  }

  /** Whether every endpoint is dialled with TLS, whatever its metadata. */
  public boolean tlsAlways() {
    return fallback != null && matches.stream().allMatch(match -> match.tls() != null);
  }

  /**
   * One entry of {@code transport_socket_matches}.
   *
   * @param tls {@code null}: plaintext
   */
  public record Match(String name, Map<String, String> criteria, @Nullable UpstreamTls tls) {

    public Match {
      criteria = Map.copyOf(criteria);
    }
  }
}
