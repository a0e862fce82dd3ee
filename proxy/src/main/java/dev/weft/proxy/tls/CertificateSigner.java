package dev.weft.proxy.tls;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The way to the certificate authority: the agent's {@code weft.v1.CertificateService}. */
public interface CertificateSigner {
  /**
   * Asks one agent; the next call asks the next one after a failure.
   *
   * @param csr DER PKCS#10
   * @param credential what says who asks
   * @param roots the own trust domain's, to know the agent by
   * @return completes on the control thread; exceptionally with a {@link SigningFailedException}
   */
  CompletionStage<Signed> sign(byte[] csr, Credential credential, List<X509Certificate> roots);

  /** What says who asks. */
  sealed interface Credential {
    /**
     * A join token.
     *
     * @param value never logged
     */
    record Token(String value) implements Credential {
      @Override
      public String toString() {
        return "Token";
      }
    }

    /** The certificate that is to be renewed. */
    record Current(TlsMaterial material) implements Credential {}
  }

  /**
   * The answer.
   *
   * @param chain leaf first
   * @param roots of the own trust domain
   * @param renewAfter from now; zero: not said
   */
  record Signed(List<X509Certificate> chain, List<X509Certificate> roots, Duration renewAfter) {
    public Signed {
      chain = List.copyOf(chain);
      roots = List.copyOf(roots);
    }
  }

  /** No certificate from the agent that was asked. */
  final class SigningFailedException extends Exception {
    private static final long serialVersionUID = 1;

    public SigningFailedException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
