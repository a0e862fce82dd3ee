package dev.weft.bench.policy;

import dev.weft.bench.peer.TokenIssuer;
import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtResult;
import dev.weft.policy.jwt.JwtToken;
import dev.weft.policy.jwt.JwtVerifier;
import dev.weft.policy.jwt.TokenRules;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
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
  private final TokenIssuer issuer = new TokenIssuer();
  private final Jwks keys = read(issuer.keys());
  private final String token = issuer.token(CLAIMS);
  private final char[] text = token.toCharArray();
  private final byte[] input =
      token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
  private final byte[] signature =
      Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1));

  /** Makes a token, and sees that it is taken. */
  @Setup
  public void check() {
    if (!(cached() instanceof JwtResult.Verified) || !(whole() instanceof JwtResult.Verified)) {
      throw new IllegalStateException("not verified");
    }
  }

  private static Jwks read(String keys) {
    if (!(Jwks.read(keys.getBytes(StandardCharsets.UTF_8)) instanceof Jwks read)) {
      throw new IllegalStateException("no keys");
    }
    return read;
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
    Signature check = Signature.getInstance(TokenIssuer.SIGNATURE);
    check.initVerify(issuer.key());
    check.update(input);
    return check.verify(signature);
  }
}
