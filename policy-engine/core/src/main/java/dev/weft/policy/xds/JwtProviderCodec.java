package dev.weft.policy.xds;

import dev.weft.policy.jwt.JwksSource;
import dev.weft.policy.jwt.JwtAlgorithm;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.TokenRules;
import dev.weft.policy.match.StringMatcher;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.http.jwt_authn.v3.JwtProvider}. */
final class JwtProviderCodec {
  /** Most tokens that a worker remembers of a provider. */
  static final int MOST_CACHED = 1_000_000;

  private static final Set<String> UNDERSTOOD =
      Set.of(
          "issuer",
          "audiences",
          "subjects",
          "require_expiration",
          "max_lifetime",
          "remote_jwks",
          "local_jwks",
          "forward",
          "from_headers",
          "from_params",
          "from_cookies",
          "forward_payload_header",
          "pad_forward_payload_header",
          "payload_in_metadata",
          "normalize_payload_in_metadata",
          "header_in_metadata",
          "failed_status_in_metadata",
          "clock_skew_seconds",
          "jwt_cache_config",
          "claim_to_headers",
          "clear_route_cache");

  private JwtProviderCodec() {}

  /** Reads one; {@code null} when problems were added. */
  static @Nullable JwtProvider decode(
      io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider proto,
      Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, UNDERSTOOD);
    TokenRules rules = rules(proto, problems);
    JwksSource keys = JwksSourceCodec.decode(proto, problems);
    var from = TokenPlacesCodec.locations(proto, problems);
    var forwarding = TokenPlacesCodec.forwarding(proto, problems);
    JwtCacheConfig cache = proto.getJwtCacheConfig();
    problems
        .field("jwt_cache_config")
        .refuseAllBut(cache, Set.of("jwt_cache_size", "jwt_max_token_size"));
    long size = Integer.toUnsignedLong(cache.getJwtCacheSize());
    if (size > MOST_CACHED) {
      problems.field("jwt_cache_config").field("jwt_cache_size").add("is above " + MOST_CACHED);
    }
    long bytes = Integer.toUnsignedLong(cache.getJwtMaxTokenSize());
    return problems.count() != before || keys == null
        ? null
        : new JwtProvider(
            rules,
            keys,
            from,
            forwarding,
            size == 0 ? JwtProvider.USUAL_CACHE : (int) size,
            bytes == 0
                ? JwtProvider.USUAL_CACHE_TOKEN_BYTES
                : (int) Math.min(bytes, Integer.MAX_VALUE));
  }

  private static TokenRules rules(
      io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider proto,
      Problems problems) {
    StringMatcher subjects =
        proto.hasSubjects()
            ? StringMatcherCodec.decode(proto.getSubjects(), problems.field("subjects"))
            : null;
    long skew = Integer.toUnsignedLong(proto.getClockSkewSeconds());
    return new TokenRules(
        proto.getIssuer(),
        proto.getAudiencesList(),
        subjects,
        JwtAlgorithm.ALL,
        skew == 0 ? TokenRules.USUAL_SKEW : Duration.ofSeconds(skew),
        proto.getRequireExpiration(),
        proto.hasMaxLifetime()
            ? JwksSourceCodec.duration(
                proto.getMaxLifetime(), Duration.ZERO, problems.field("max_lifetime"))
            : null);
  }

  static io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider encode(
      JwtProvider provider) {
    TokenRules rules = provider.rules();
    var proto =
        io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.newBuilder()
            .setIssuer(rules.issuer())
            .addAllAudiences(rules.audiences())
            .setRequireExpiration(rules.requireExpiration())
            .setClockSkewSeconds((int) rules.clockSkew().toSeconds())
            .setJwtCacheConfig(
                JwtCacheConfig.newBuilder()
                    .setJwtCacheSize(provider.cacheSize())
                    .setJwtMaxTokenSize(provider.cacheTokenBytes()));
    StringMatcher subjects = rules.subjects();
    if (subjects != null) {
      proto.setSubjects(StringMatcherCodec.encode(subjects));
    }
    Duration lifetime = rules.maxLifetime();
    if (lifetime != null) {
      proto.setMaxLifetime(JwksSourceCodec.encode(lifetime));
    }
    JwksSourceCodec.encode(provider.keys(), proto);
    TokenPlacesCodec.encode(provider.from(), proto);
    TokenPlacesCodec.encode(provider.forwarding(), proto);
    return proto.build();
  }
}
