package dev.weft.proxy.tls;

import dev.weft.policy.authz.Connection.Peer;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** All names of a verified peer that rules may speak of. Stateless. */
public final class PeerNames {
  private static final int DNS = 2;
  private static final int URI = 6;

  private PeerNames() {}

  /** Of the peer's certificate after a handshake that verified it; {@code null}: it sent none. */
  public static @Nullable Peer of(SslHandler handshaken) {
    try {
      Certificate[] chain = handshaken.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? of(leaf) : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  /** Of the certificate that the peer was shown; {@code null}: there was none. */
  public static @Nullable Peer shownTo(SslHandler handshaken) {
    Certificate[] chain = handshaken.engine().getSession().getLocalCertificates();
    return chain != null && chain.length > 0 && chain[0] instanceof X509Certificate leaf
        ? of(leaf)
        : null;
  }

  static Peer of(X509Certificate leaf) {
    return new Peer(
        names(leaf, URI),
        names(leaf, DNS),
        leaf.getSubjectX500Principal().getName(X500Principal.RFC2253));
  }

  private static List<String> names(X509Certificate leaf, int type) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = leaf.getSubjectAlternativeNames();
      if (all != null) {
        for (List<?> name : all) {
          if (Integer.valueOf(type).equals(name.get(0)) && name.get(1) instanceof String text) {
            names.add(text);
          }
        }
      }
    } catch (CertificateParsingException e) {
      // A certificate that was verified has names that can be read.
      return List.of();
    }
    return names;
  }
}
