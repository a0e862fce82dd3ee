package dev.weft.agent.ca;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The trust domains known now, each with its own roots: this cluster's, and those of configured
 * peers. Replaced as a whole while connections come and go; a connection is judged by what is known
 * when it is made. Thread-safe.
 */
public final class MeshTrust {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  private final InstantSource clock;
  private volatile Map<TrustDomain, List<X509Certificate>> roots;

  public MeshTrust(Map<TrustDomain, List<X509Certificate>> roots, InstantSource clock) {
    this.clock = clock;
    this.roots = Map.copyOf(roots);
  }

  /** Takes effect for the next connection. */
  public void replace(Map<TrustDomain, List<X509Certificate>> now) {
    roots = Map.copyOf(now);
  }

  /**
   * Who presented this chain as a TLS client.
   *
   * @throws CertificateException with the reason why it is nobody
   */
  public SpiffeId client(List<X509Certificate> chain) throws CertificateException {
    return SvidVerifier.verify(chain, roots, CLIENT_AUTH, clock.instant());
  }

  /**
   * For the agent's own port: a client may be of any known trust domain; what it may call is
   * decided per call.
   */
  public X509ExtendedTrustManager clients() {
    return new SvidTrustManager() {
      @Override
      void check(List<X509Certificate> chain, Side side) throws CertificateException {
        if (side != Side.CLIENT) {
          throw new CertificateException("no server is dialled from here");
        }
        MeshTrust.this.client(chain);
      }

      @Override
      public X509Certificate[] getAcceptedIssuers() {
        return roots.values().stream().flatMap(List::stream).toArray(X509Certificate[]::new);
      }
    };
  }

  /** For dialling: the server has to be exactly this one. Host names are not looked at. */
  public X509ExtendedTrustManager server(SpiffeId expected) {
    return new SvidTrustManager() {
      @Override
      void check(List<X509Certificate> chain, Side side) throws CertificateException {
        if (side != Side.SERVER) {
          throw new CertificateException("no client is accepted here");
        }
        SpiffeId found = SvidVerifier.verify(chain, roots, SERVER_AUTH, clock.instant());
        if (!found.equals(expected)) {
          throw new CertificateException("expected " + expected + ", found " + found);
        }
      }
    };
  }

  /** Which end of a connection presented a chain. */
  private enum Side {
    CLIENT,
    SERVER
  }

  /** Subclasses say whom they accept. Never checks a host name: identities are SPIFFE ids. */
  private abstract static class SvidTrustManager extends X509ExtendedTrustManager {
    /** Returns when the chain is accepted. */
    abstract void check(List<X509Certificate> chain, Side side) throws CertificateException;

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      check(Arrays.asList(chain), Side.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      check(Arrays.asList(chain), Side.SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, java.net.Socket socket)
        throws CertificateException {
      check(Arrays.asList(chain), Side.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, java.net.Socket socket)
        throws CertificateException {
      check(Arrays.asList(chain), Side.SERVER);
    }

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine)
        throws CertificateException {
      check(Arrays.asList(chain), Side.CLIENT);
    }

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine)
        throws CertificateException {
      check(Arrays.asList(chain), Side.SERVER);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
