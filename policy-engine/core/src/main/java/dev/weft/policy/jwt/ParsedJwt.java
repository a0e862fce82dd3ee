package dev.weft.policy.jwt;

import java.nio.charset.StandardCharsets;

/** Whether a text has the form of a token. */
public sealed interface ParsedJwt {

  /** It does; nothing of it is proven. */
  final class Sound implements ParsedJwt {
    private final Jwt jwt;
    private final String algorithm;
    private final String kid;
    private final String signingInput;
    private final byte[] signature;

    Sound(Jwt jwt, String algorithm, String kid, String signingInput, byte[] signature) {
      this.jwt = jwt;
      this.algorithm = algorithm;
      this.kid = kid;
      this.signingInput = signingInput;
      this.signature = signature;
    }

    /** What it claims to say. */
    public Jwt jwt() {
      return jwt;
    }

    /** {@code alg}. */
    String algorithm() {
      return algorithm;
    }

    /** {@code kid}; empty: none. */
    String kid() {
      return kid;
    }

    /** The bytes that were signed (RFC 7515 section 5.2). */
    byte[] signingInput() {
      return signingInput.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] signature() {
      return signature;
    }
  }

  /** It does not. */
  record Malformed(JwtRefusal why) implements ParsedJwt {}
}
