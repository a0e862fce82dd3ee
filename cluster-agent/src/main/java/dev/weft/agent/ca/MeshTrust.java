package dev.weft.agent.ca;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.svid.PeerRole;
import dev.weft.policy.svid.SvidFault;
import dev.weft.policy.svid.SvidVerdict;
import dev.weft.policy.svid.SvidVerifier;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The trust domains known now, each with its own roots: this cluster's, and those of configured
 * peers. Replaced as a whole while connections come and go; a connection is judged by what is known
 * when it is made. Thread-safe.
 */
public final class MeshTrust {
  private final InstantSource clock;
  private final Map<SvidFault, LongAdder> refused = new ConcurrentHashMap<>();
  private volatile Known known;

  /** Roots, and the verifier made of them. */
  private record Known(Map<TrustDomain, List<X509Certificate>> roots, SvidVerifier verifier) {
    static Known of(Map<TrustDomain, List<X509Certificate>> roots) {
      return new Known(
          Map.copyOf(roots),
          new SvidVerifier(
              roots.entrySet().stream()
                  .collect(
                      Collectors.toUnmodifiableMap(
                          entry -> entry.getKey().name(), Map.Entry::getValue))));
    }
  }

  public MeshTrust(Map<TrustDomain, List<X509Certificate>> roots, InstantSource clock) {
    this.clock = clock;
    this.known = Known.of(roots);
  }

  /** Takes effect for the next connection. */
  public void replace(Map<TrustDomain, List<X509Certificate>> now) {
    known = Known.of(now);
  }

  /** How many chains were refused for this, for {@code weft_agent_peers_refused_total}. */
  public long refused(SvidFault fault) {
    LongAdder count = refused.get(fault);
    return count == null ? 0 : count.sum();
  }

  /**
   * Who presented this chain as a TLS client.
   *
   * @throws CertificateException with the reason why it is nobody
   */
  public SpiffeId client(List<X509Certificate> chain) throws CertificateException {
    return verify(chain, PeerRole.CLIENT);
  }

  private SpiffeId verify(List<X509Certificate> chain, PeerRole role) throws CertificateException {
    return switch (known.verifier().verify(chain, role, clock.instant())) {
      case SvidVerdict.Accepted(String id) -> {
        try {
          yield SpiffeId.parse(id);
        } catch (IllegalArgumentException e) {
          throw refuse(SvidFault.NOT_A_SPIFFE_ID, String.valueOf(e.getMessage()));
        }
      }
      case SvidVerdict.Refused(SvidFault fault, String detail) -> throw refuse(fault, detail);
    };
  }

  private CertificateException refuse(SvidFault fault, String detail) {
    refused.computeIfAbsent(fault, _ -> new LongAdder()).increment();
    return new CertificateException(fault.label() + ": " + detail);
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
        return known.roots().values().stream()
            .flatMap(List::stream)
            .toArray(X509Certificate[]::new);
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
        SpiffeId found = verify(chain, PeerRole.SERVER);
        if (!found.equals(expected)) {
          throw refuse(SvidFault.IDENTITY_MISMATCH, "expected " + expected + ", found " + found);
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
