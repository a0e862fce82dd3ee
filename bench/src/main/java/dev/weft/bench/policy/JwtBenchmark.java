package dev.weft.bench.policy;

import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtResult;
import dev.weft.policy.jwt.JwtToken;
import dev.weft.policy.jwt.JwtVerifier;
import dev.weft.policy.jwt.TokenRules;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A token of an ordinary size, signed by ES256: looked up among those verified, checked whole, and,
 * to compare, its signature alone by the JDK. What a request brings is a text that was not seen
 * before, so each call has a text of its own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class JwtBenchmark {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final String CLAIMS =
      "{\"iss\":\"https://issuer.example/realms/shop\",\"sub\":\"7b1f0a52-4f0e-4b6b-9a0e-0c1f6f2a4c11\","
          + "\"aud\":[\"shop\",\"account\"],\"exp\":4102444800,\"iat\":1700000000,\"nbf\":1700000000,"
          + "\"jti\":\"b0b7c3d2-7c77-4d2a-8a44-5f0f1f0f9b7e\",\"azp\":\"web\",\"scope\":\"openid"
          + " profile email\",\"realm_access\":{\"roles\":[\"user\",\"buyer\",\"offline_access\"]},"
          + "\"email\":\"somebody@example.com\",\"email_verified\":true,\"name\":\"Some Body\"}";

  private final TokenRules rules =
      TokenRules.of("https://issuer.example/realms/shop", List.of("shop"));
  private final JwtVerifier remembering =
      new JwtVerifier(rules, InstantSource.system(), 100, JwtProvider.USUAL_CACHE_TOKEN_BYTES);
  private final JwtVerifier forgetting = new JwtVerifier(rules, InstantSource.system(), 0, 0);
  private final ECPublicKey key;
  private final Jwks keys;
  private final char[] text;
  private final byte[] input;
  private final byte[] signature;

  /** Makes a key, and a token by it. */
  public JwtBenchmark() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      key = (ECPublicKey) pair.getPublic();
      String signed =
          part("{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"2026-11\"}") + "." + part(CLAIMS);
      input = signed.getBytes(StandardCharsets.US_ASCII);
      Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(pair.getPrivate());
      signer.update(input);
      signature = signer.sign();
      text = (signed + "." + BASE64.encodeToString(signature)).toCharArray();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    String set =
        String.format(
            Locale.ROOT,
            "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"2026-11\",\"x\":\"%s\",\"y\":\"%s\"}]}",
            coordinate(key.getW().getAffineX()),
            coordinate(key.getW().getAffineY()));
    if (!(Jwks.read(set.getBytes(StandardCharsets.UTF_8)) instanceof Jwks read)) {
      throw new IllegalStateException("no keys");
    }
    keys = read;
    if (!(cached() instanceof JwtResult.Verified) || !(whole() instanceof JwtResult.Verified)) {
      throw new IllegalStateException("not verified");
    }
  }

  private static String part(String json) {
    return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String coordinate(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] padded = new byte[32];
    byte[] bare =
        bytes.length > 32 ? Arrays.copyOfRange(bytes, bytes.length - 32, bytes.length) : bytes;
    System.arraycopy(bare, 0, padded, 32 - bare.length, bare.length);
    return BASE64.encodeToString(padded);
  }

  /** The same token again. */
  @Benchmark
  public JwtResult cached() {
    return remembering.verify(new JwtToken(new String(text)), keys);
  }

  /** A token that was not seen before. */
  @Benchmark
  public JwtResult whole() {
    return forgetting.verify(new JwtToken(new String(text)), keys);
  }

  /** Its signature and nothing else. */
  @Benchmark
  public boolean bare() throws GeneralSecurityException {
    Signature check = Signature.getInstance("SHA256withECDSAinP1363Format");
    check.initVerify(key);
    check.update(input);
    return check.verify(signature);
  }
}
