package dev.weft.proxy.telemetry;

/**
 * How a downstream connection is secured, and by which chain it is served. Immutable.
 *
 * @param chain the filter chain's name; empty: none was chosen
 * @param tlsVersion {@code TLSv1.2} or {@code TLSv1.3}; empty: not terminated here
 * @param tlsCipher the cipher suite's standard name; empty: likewise
 * @param failure why the handshake failed; empty: it did not
 */
public record TransportFacts(String chain, String tlsVersion, String tlsCipher, String failure) {
  /** Nothing is known. */
  public static final TransportFacts NONE = new TransportFacts("", "", "", "");

  /** Served by a chain. */
  public TransportFacts in(String chosen) {
    return new TransportFacts(chosen, tlsVersion, tlsCipher, failure);
  }

  /** After a handshake. */
  public TransportFacts secured(String version, String cipher) {
    return new TransportFacts(chain, version, cipher, failure);
  }

  /** After a handshake that failed. */
  public TransportFacts failed(String why) {
    return new TransportFacts(chain, tlsVersion, tlsCipher, why);
  }
}
