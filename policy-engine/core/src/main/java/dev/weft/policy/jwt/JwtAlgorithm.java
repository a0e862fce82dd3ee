package dev.weft.policy.jwt;

import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import java.security.Key;
import java.util.EnumSet;
import java.util.Set;
import org.jose4j.jca.ProviderContext;
import org.jose4j.jwa.AlgorithmFactoryFactory;
import org.jose4j.jws.JsonWebSignatureAlgorithm;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * The signatures that can be taken (RFC 7518 section 3.1, RFC 8037): by key pairs only, so that who
 * can check one cannot make one. Thread-safe.
 */
public enum JwtAlgorithm {
  RS256(SignatureAlgorithm.RS256, KeyKind.RSA),
  RS384(SignatureAlgorithm.RS384, KeyKind.RSA),
  RS512(SignatureAlgorithm.RS512, KeyKind.RSA),
  PS256(SignatureAlgorithm.PS256, KeyKind.RSA),
  PS384(SignatureAlgorithm.PS384, KeyKind.RSA),
  PS512(SignatureAlgorithm.PS512, KeyKind.RSA),
  ES256(SignatureAlgorithm.ES256, KeyKind.P256),
  ES384(SignatureAlgorithm.ES384, KeyKind.P384),
  ES512(SignatureAlgorithm.ES512, KeyKind.P521),
  EDDSA(SignatureAlgorithm.EDDSA, KeyKind.ED25519);

  /** All of them. */
  public static final Set<JwtAlgorithm> ALL = Set.copyOf(EnumSet.allOf(JwtAlgorithm.class));

  private static final ProviderContext PROVIDERS = new ProviderContext();

  private final String id;
  private final KeyKind key;

  JwtAlgorithm(SignatureAlgorithm name, KeyKind key) {
    this.id = name.getAlgorithm();
    this.key = key;
  }

  /** What kinds of keys there are. */
  public enum KeyKind {
    RSA,
    P256,
    P384,
    P521,
    ED25519
  }

  /** As {@code alg} has it. */
  public String id() {
    return id;
  }

  /** The keys that it needs. */
  KeyKind key() {
    return key;
  }

  /** By its name; {@code null}: none of these. */
  static @Nullable JwtAlgorithm of(String id) {
    for (JwtAlgorithm one : values()) {
      if (one.id.equals(id)) {
        return one;
      }
    }
    return null;
  }

  /** Whether the key is fit for it: RSA of 2,048 bits at least (RFC 7518 section 3.3). */
  boolean fits(Key candidate) {
    try {
      check().validateVerificationKey(candidate);
      return true;
    } catch (JoseException e) {
      return false;
    }
  }

  /** Whether the signature is the key's. */
  boolean verifies(byte[] signature, Key by, byte[] signed) {
    try {
      return check().verifySignature(signature, by, signed, PROVIDERS);
    } catch (JoseException malformed) {
      return false;
    }
  }

  private JsonWebSignatureAlgorithm check() throws JoseException {
    return AlgorithmFactoryFactory.getInstance().getJwsAlgorithmFactory().getAlgorithm(id);
  }
}
