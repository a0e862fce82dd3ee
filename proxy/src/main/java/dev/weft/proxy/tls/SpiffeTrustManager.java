package dev.weft.proxy.tls;

import dev.weft.policy.svid.PeerRole;
import dev.weft.policy.svid.SvidFault;
import dev.weft.policy.svid.SvidVerdict;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Puts a {@link SpiffeVerifier} behind a TLS engine. A refusal is thrown as {@link
 * PeerRefusedException}; the engine's failure leads back to it by {@link
 * PeerRefusedException#faultIn}. Host names are not compared: the identity is. Thread-safe.
 */
public final class SpiffeTrustManager extends X509ExtendedTrustManager {
  private static final X509Certificate[] NONE = {};

  private final SpiffeVerifier verifier;

  public SpiffeTrustManager(SpiffeVerifier verifier) {
    this.verifier = verifier;
  }

  private void check(X509Certificate[] chain, PeerRole role) throws CertificateException {
    List<X509Certificate> certificates = chain == null ? List.of() : Arrays.asList(chain);
    if (verifier.verify(certificates, role)
        instanceof SvidVerdict.Refused(SvidFault fault, String detail)) {
      throw new PeerRefusedException(fault, detail).toldByAlert();
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, PeerRole.CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, PeerRole.SERVER);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, PeerRole.CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, PeerRole.SERVER);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, PeerRole.CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, PeerRole.SERVER);
  }

  /** Empty: a peer is not told whom we trust, and a SPIFFE peer has one certificate anyway. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NONE.clone();
  }
}
