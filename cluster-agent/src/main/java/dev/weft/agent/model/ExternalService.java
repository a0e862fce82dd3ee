package dev.weft.agent.model;

import java.util.List;
import java.util.Optional;

/**
 * A server outside of the mesh that applications call through their sidecars. Immutable.
 *
 * @param key its own name; applications may call it as {@code <name>.<namespace>.mesh}
 * @param hosts the names by which it knows itself, and by which it may be called too
 * @param address an IP address or a host name, and the port
 * @param http2 whether it is spoken to in HTTP/2
 * @param tls empty: in plaintext
 */
public record ExternalService(
    ServiceKey key, List<String> hosts, Address address, boolean http2, Optional<Tls> tls) {

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  public ExternalService {
    hosts = List.copyOf(hosts);
  }

  /** The name that it is asked by when it is called by its mesh name. */
  public String mainHost() {
    return hosts.isEmpty() ? address.host() : hosts.getFirst();
  }

  /** The Host of a request, as a client without a mesh would write it (RFC 9110 section 7.2). */
  public String authority(String host) {
    String whole = new Address(host, address.port()).toString();
    return address.port() == (tls.isPresent() ? HTTPS : HTTP)
        ? whole.substring(0, whole.lastIndexOf(':'))
        : whole;
  }

  /**
   * How it is known. Files are the sidecars' own, absolute.
   *
   * @param sni the server name that is sent; empty: none
   * @param names it has to have one of these; never empty
   * @param caFile certificates of whom to believe, PEM
   * @param own empty: a server that asks for a certificate gets none
   * @param legacy whether TLS 1.2 will do
   */
  public record Tls(
      String sni, List<Name> names, String caFile, Optional<OwnCertificate> own, boolean legacy) {
    public Tls {
      names = List.copyOf(names);
      if (names.isEmpty()) {
        throw new IllegalArgumentException("a server without an expected name is anybody");
      }
    }
  }

  /** The certificate that a sidecar shows, with those between it and its root, and its key. */
  public record OwnCertificate(String certificateFile, String keyFile) {}

  /** A subject alternative name (RFC 5280 section 4.2.1.6), exact. */
  public record Name(Type type, String text) {
    /** What kind of name. */
    public enum Type {
      DNS,
      URI,
      IP_ADDRESS
    }
  }
}
