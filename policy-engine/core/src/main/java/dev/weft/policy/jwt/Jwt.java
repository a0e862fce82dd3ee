package dev.weft.policy.jwt;

import java.util.List;
import java.util.Map;

/**
 * What a token says. Whether it is genuine is not said here: {@link JwtResult.Verified} does.
 *
 * @param header its JOSE header as JSON: values are {@link String}, {@link Long}, {@link Double},
 *     {@link Boolean}, {@link List}, {@link Map} or {@code null}; immutable at any depth
 * @param claims its payload, the same way
 * @param payload the payload as it was sent, base64url
 * @param issuer {@code iss}; empty: none
 * @param subject {@code sub}; empty: none
 * @param audiences {@code aud}; empty: none
 * @param notBefore {@code nbf}, seconds since 1970; 0: none
 * @param expires {@code exp}, seconds since 1970; -1: none
 */
public record Jwt(
    Map<String, ?> header,
    Map<String, ?> claims,
    String payload,
    String issuer,
    String subject,
    List<String> audiences,
    long notBefore,
    long expires) {

  /** No {@code exp}. */
  static final long NEVER = -1;

  @Override
  public String toString() {
    // Claims are nobody's business in a log.
    return "Jwt";
  }
}
