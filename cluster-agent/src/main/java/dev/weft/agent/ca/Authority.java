package dev.weft.agent.ca;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What signs now, and what a rotation of the root has beside it. Immutable.
 *
 * <pre>
 *   steady ──begin──▶ spreading ──everybody trusts the next root──▶ retiring ──last leaf ended──▶ steady
 * </pre>
 */
record Authority(Line current, Rotation rotation) {

  /** A certificate that signs, and its key. */
  record Issuer(X509Certificate certificate, PrivateKey key) {

    /** Hides the key. */
    @Override
    public String toString() {
      return "Issuer[" + certificate.getSubjectX500Principal() + "]";
    }

    boolean matches() throws GeneralSecurityException {
      return Authority.matches(certificate.getPublicKey(), key);
    }
  }

  /**
   * A root and what signs below it.
   *
   * @param rootKey {@code null}: it is not here, but with the operator, or was given up
   * @param between the certificates between the root and the one that signs, the latter's issuer
   *     first; mostly none
   */
  record Line(
      X509Certificate root,
      @Nullable PrivateKey rootKey,
      Issuer signing,
      List<X509Certificate> between) {
    Line {
      between = List.copyOf(between);
    }

    /** What is sent with a leaf: the leaf first, without the root. */
    List<X509Certificate> chain(X509Certificate leaf) {
      List<X509Certificate> chain = new ArrayList<>();
      chain.add(leaf);
      chain.add(signing.certificate());
      chain.addAll(between);
      return List.copyOf(chain);
    }

    /** The same without the root's key. */
    Line withoutRootKey() {
      return new Line(root, null, signing, between);
    }

    /** Hides the keys. */
    @Override
    public String toString() {
      return "Line[" + root.getSubjectX500Principal() + "]";
    }
  }

  /** Where the rotation of the root is. */
  sealed interface Rotation {}

  /** There is one root. */
  record Steady() implements Rotation {}

  /**
   * The next root is being made known; nothing is signed by it yet.
   *
   * @param next the line that signs after this
   */
  record Spreading(Line next, Instant since) implements Rotation {}

  /**
   * The new line signs; the last one is still trusted, and vouches for the agent itself, so that a
   * node that was away finds an agent that it knows.
   *
   * @param until when the last certificate of the last line has ended
   */
  record Retiring(Line last, Instant since, Instant until) implements Rotation {}

  /** Every line whose root is trusted. */
  List<Line> lines() {
    return switch (rotation) {
      case Steady _ -> List.of(current);
      case Spreading(Line next, Instant _) -> List.of(current, next);
      case Retiring(Line last, Instant _, Instant _) -> List.of(current, last);
    };
  }

  /** What verifiers have to trust, the root of what signs first. */
  List<X509Certificate> roots() {
    return lines().stream().map(Line::root).toList();
  }

  /** The line that vouches for the agent itself. */
  Line own() {
    return rotation instanceof Retiring(Line last, Instant _, Instant _) ? last : current;
  }

  /** Whether a private key is a public key's. */
  static boolean matches(PublicKey pub, PrivateKey key) throws GeneralSecurityException {
    byte[] probe = {1, 2, 3};
    Signature sign = Signature.getInstance(algorithm(key));
    sign.initSign(key);
    sign.update(probe);
    byte[] signature = sign.sign();
    sign.initVerify(pub);
    sign.update(probe);
    return sign.verify(signature);
  }

  /** The name of the signature that this kind of key makes. */
  static String algorithm(PrivateKey key) {
    return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
  }
}
