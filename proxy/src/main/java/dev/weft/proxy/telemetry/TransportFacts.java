package dev.weft.proxy.telemetry;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * How a downstream connection is secured, and by which chain it is served. Immutable.
 *
 * @param chain the filter chain's name; empty: none was chosen
 * @param tlsVersion {@code TLSv1.2} or {@code TLSv1.3}; empty: not terminated here
 * @param tlsCipher the cipher suite's standard name; empty: likewise
 * @param peer the certificate of the verified peer; {@code null}: none
 * @param failure why the handshake failed; empty: it did not
 */
public record TransportFacts(
    String chain,
    String tlsVersion,
    String tlsCipher,
    @Nullable X509Certificate peer,
    String failure) {
  /** Nothing is known. */
  public static final TransportFacts NONE = new TransportFacts("", "", "", null, "");

  /** Served by a chain. */
  public TransportFacts in(String chosen) {
    return new TransportFacts(chosen, tlsVersion, tlsCipher, peer, failure);
  }

  /** After a handshake. */
  public TransportFacts secured(String version, String cipher, @Nullable X509Certificate verified) {
    return new TransportFacts(chain, version, cipher, verified, failure);
  }

  /** After a handshake that failed. */
  public TransportFacts failed(String why) {
    return new TransportFacts(chain, tlsVersion, tlsCipher, peer, why);
  }
}
