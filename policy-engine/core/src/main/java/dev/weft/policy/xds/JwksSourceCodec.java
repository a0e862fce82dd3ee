package dev.weft.policy.xds;

import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksReading;
import dev.weft.policy.jwt.JwksSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code JwtProvider.jwks_source_specifier}. */
final class JwksSourceCodec {
  private static final Duration MOST = Duration.ofDays(366);
  private static final Duration LEAST = Duration.ofMillis(1);

  private JwksSourceCodec() {}

  /** Reads one; {@code null} only when problems were added. */
  static @Nullable JwksSource decode(JwtProvider proto, Problems problems) {
    return switch (proto.getJwksSourceSpecifierCase()) {
      case LOCAL_JWKS -> inline(proto.getLocalJwks(), problems.field("local_jwks"));
      case REMOTE_JWKS -> remote(proto.getRemoteJwks(), problems.field("remote_jwks"));
      case JWKSSOURCESPECIFIER_NOT_SET -> {
        problems.add("remote_jwks or local_jwks is required");
        yield null;
      }
    };
  }

  private static @Nullable JwksSource inline(DataSource proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("inline_bytes", "inline_string"));
    if (!proto.hasInlineString() && !proto.hasInlineBytes()) {
      problems.add("inline_string or inline_bytes is required");
      return null;
    }
    Problems at = problems.field(proto.hasInlineString() ? "inline_string" : "inline_bytes");
    String json =
        proto.hasInlineString() ? proto.getInlineString() : proto.getInlineBytes().toStringUtf8();
    if (Jwks.read(json.getBytes(StandardCharsets.UTF_8))
        instanceof JwksReading.Unusable(String why)) {
      at.add(why);
      return null;
    }
    return new JwksSource.Inline(json);
  }

  private static JwksSource remote(RemoteJwks proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("http_uri", "cache_duration", "async_fetch"));
    HttpUri uri = proto.getHttpUri();
    Problems at = problems.field("http_uri");
    at.refuseAllBut(uri, Set.of("uri", "cluster", "timeout"));
    if (!isAbsolute(uri.getUri())) {
      at.field("uri").add("is not an absolute http or https URI");
    }
    if (uri.getCluster().isEmpty()) {
      at.field("cluster").add("is required");
    }
    if (!uri.hasTimeout()) {
      at.field("timeout").add("is required");
    }
    return new JwksSource.Remote(
        uri.getUri(),
        uri.getCluster(),
        uri.hasTimeout() ? duration(uri.getTimeout(), LEAST, at.field("timeout")) : LEAST,
        proto.hasCacheDuration()
            ? duration(proto.getCacheDuration(), LEAST, problems.field("cache_duration"))
            : JwksSource.Remote.USUAL_LIFETIME,
        proto.hasAsyncFetch() ? ahead(proto.getAsyncFetch(), problems.field("async_fetch")) : null);
  }

  private static JwksSource.Ahead ahead(JwksAsyncFetch proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("fast_listener", "failed_refetch_duration"));
    return new JwksSource.Ahead(
        proto.getFastListener(),
        proto.hasFailedRefetchDuration()
            ? duration(
                proto.getFailedRefetchDuration(), LEAST, problems.field("failed_refetch_duration"))
            : JwksSource.Ahead.USUAL_PAUSE);
  }

  private static boolean isAbsolute(String text) {
    try {
      URI uri = new URI(text);
      return text.length() <= 2048
          && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** At most a year; usable whether or not it added a problem. */
  static Duration duration(com.google.protobuf.Duration proto, Duration least, Problems problems) {
    long seconds = proto.getSeconds();
    int nanos = proto.getNanos();
    if (seconds < 0 || seconds > MOST.toSeconds() || nanos < 0 || nanos > 999_999_999) {
      problems.add("is not a duration of 0 to " + MOST.toDays() + " days");
      return least;
    }
    Duration duration = Duration.ofSeconds(seconds, nanos);
    if (duration.compareTo(least) < 0) {
      problems.add("is below " + least.toMillis() + "ms");
    }
    return duration;
  }

  static com.google.protobuf.Duration encode(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  static void encode(JwksSource source, JwtProvider.Builder proto) {
    switch (source) {
      case JwksSource.Inline(String json) -> proto.getLocalJwksBuilder().setInlineString(json);
      case JwksSource.Remote remote -> {
        RemoteJwks.Builder to = proto.getRemoteJwksBuilder();
        to.getHttpUriBuilder()
            .setUri(remote.uri())
            .setCluster(remote.cluster())
            .setTimeout(encode(remote.timeout()));
        to.setCacheDuration(encode(remote.lifetime()));
        JwksSource.Ahead ahead = remote.ahead();
        if (ahead != null) {
          to.getAsyncFetchBuilder()
              .setFastListener(ahead.fastListener())
              .setFailedRefetchDuration(encode(ahead.pause()));
        }
      }
    }
  }
}
