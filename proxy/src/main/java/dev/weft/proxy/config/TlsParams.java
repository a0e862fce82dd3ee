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
 * @param subjectAltNames the peer's certificate has to carry a subject alternative name that one of
 *     these accepts; empty: any
 */
public record TlsParams(
    String minVersion,
    String maxVersion,
    List<String> alpn,
    String certificateSecret,
    String validationSecret,
    List<SanMatcher> subjectAltNames) {

  public TlsParams {
    alpn = List.copyOf(alpn);
    subjectAltNames = List.copyOf(subjectAltNames);
  }

  /** The same with these protocols where it names none. */
  public TlsParams orAlpn(List<String> protocols) {
    return alpn.isEmpty() && !protocols.isEmpty()
        ? new TlsParams(
            minVersion, maxVersion, protocols, certificateSecret, validationSecret, subjectAltNames)
        : this;
  }
}
