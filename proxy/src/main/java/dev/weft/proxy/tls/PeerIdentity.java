package dev.weft.proxy.tls;

import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** The name that a verified peer carries. Stateless. */
public final class PeerIdentity {
  private static final int URI = 6;

  private PeerIdentity() {}

  /**
   * URI SAN of the peer's certificate after a handshake that verified it; {@code null}: the peer
   * sent none.
   */
  public static @Nullable String uriOf(SslHandler handshaken) {
    X509Certificate leaf = leafOf(handshaken);
    return leaf == null ? null : uri(leaf);
  }

  /** The peer's certificate after a handshake that verified it; {@code null}: it sent none. */
  public static @Nullable X509Certificate leafOf(SslHandler handshaken) {
    try {
      Certificate[] chain = handshaken.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  private static @Nullable String uri(X509Certificate leaf) {
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      if (names != null) {
        for (List<?> name : names) {
          if (Integer.valueOf(URI).equals(name.get(0)) && name.get(1) instanceof String uri) {
            return uri;
          }
        }
      }
    } catch (CertificateParsingException e) {
      // A certificate that was verified has names that can be read.
      return null;
    }
    return null;
  }
}
