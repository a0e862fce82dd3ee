package dev.weft.proxy.config;

import java.util.List;

/**
 * The common part of both TLS directions.
 *
 * @param minVersion {@code TLSv1.2} or {@code TLSv1.3}
 * @param maxVersion {@code TLSv1.2} or {@code TLSv1.3}
 * @param alpn protocols offered or accepted, in order of preference
 * @param certificateSecret name of the own certificate; empty: none is presented. {@code svid} is
 *     the node's own
 * @param validationSecret name of the {@link TrustContext} that the peer is checked against; empty:
 *     the peer is not checked
 * @param groups of the key exchange by BoringSSL's names, in order of preference; empty: the
 *     engine's own
 * @param subjectAltNames the peer's certificate has to carry a subject alternative name that one of
 *     these accepts; empty: any
 */
public record TlsParams(
    String minVersion,
    String maxVersion,
    List<String> alpn,
    String certificateSecret,
    String validationSecret,
    List<SanMatcher> subjectAltNames,
    List<String> groups) {

  public TlsParams {
    groups = List.copyOf(groups);
    alpn = List.copyOf(alpn);
    subjectAltNames = List.copyOf(subjectAltNames);
  }

  /** With the engine's own groups. */
  public TlsParams(
      String minVersion,
      String maxVersion,
      List<String> alpn,
      String certificateSecret,
      String validationSecret,
      List<SanMatcher> subjectAltNames) {
    this(
        minVersion,
        maxVersion,
        alpn,
        certificateSecret,
        validationSecret,
        subjectAltNames,
        List.of());
  }

  /** The same with other groups of the key exchange. */
  public TlsParams with(List<String> others) {
    return new TlsParams(
        minVersion, maxVersion, alpn, certificateSecret, validationSecret, subjectAltNames, others);
  }

  /** The same with these protocols where it names none. */
  public TlsParams orAlpn(List<String> protocols) {
    return alpn.isEmpty() && !protocols.isEmpty()
        ? new TlsParams(
            minVersion,
            maxVersion,
            protocols,
            certificateSecret,
            validationSecret,
            subjectAltNames,
            groups)
        : this;
  }
}
