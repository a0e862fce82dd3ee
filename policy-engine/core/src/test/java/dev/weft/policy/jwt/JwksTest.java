package dev.weft.policy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JwksTest {
  private final TestIssuer issuer = TestIssuer.shared("ES256", "k1");

  private static JwksReading read(String json) {
    return Jwks.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'is not a JSON object, or has a name twice'",
    "'[]', 'is not a JSON object, or has a name twice'",
    "'{}', 'does not have [keys]'",
    "'{\"keys\":{}}', '[keys] is not an array'",
    "'{\"keys\":[]}', 'does not have any usable public key'",
    "'{\"keys\":[1,{},{\"kty\":7},{\"kty\":\"x\"}]}', 'does not have any usable public key'",
    "'{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}', 'does not have any usable public key'",
    "'{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}]}', 'does not have any usable public key'",
    "'{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}',"
        + " 'does not have any usable public key'",
    "'{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AA\"}]}',"
        + " 'does not have any usable public key'",
  })
  void saysWhyASetIsOfNoUse(String json, String expected) {
    assertThat(read(json)).isEqualTo(new JwksReading.Unusable(expected));
  }

  @Test
  void leavesOutKeysThatAreNotForSignatures() {
    String json =
        TestIssuer.set(
            issuer.jwk("\"kid\":\"enc\",\"use\":\"enc\""),
            issuer.jwk("\"kid\":\"ops\",\"key_ops\":[\"sign\"]"),
            issuer.jwk("\"kid\":\"other\",\"alg\":\"ES384\""),
            issuer.jwk("\"kid\":\"rsa\",\"alg\":\"RS256\""),
            TestIssuer.jwk(TestIssuer.rsa(1024).getPublic(), "\"kid\":\"weak\""),
            issuer.jwk("\"kid\":\"good\",\"use\":\"sig\",\"key_ops\":[\"verify\"]"));
    assertThat(read(json))
        .isInstanceOfSatisfying(
            Jwks.class,
            keys -> assertThat(keys.keys()).extracting(Jwk::kid).containsExactly("good"));
  }

  @Test
  void takesNoMoreThanItMay() {
    String many =
        IntStream.rangeClosed(0, Jwks.MOST_KEYS)
            .mapToObj(i -> issuer.jwk("\"kid\":\"" + i + "\""))
            .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    assertThat(read(many)).isEqualTo(new JwksReading.Unusable("has 65 keys, at most 64"));
    assertThat(Jwks.read(new byte[Jwks.MOST_BYTES + 1]))
        .isEqualTo(new JwksReading.Unusable("has 262145 bytes, at most 262144"));
  }

  @Test
  void theSameKeysAreEqual() {
    String json = TestIssuer.set(issuer.jwk());
    assertThat(read(json)).isEqualTo(read(json)).hasSameHashCodeAs(read(json));
    assertThat(read(json)).isNotEqualTo(TestIssuer.read(TestIssuer.fresh("ES256", "k1")));
  }
}
