package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksCache;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtVerifier;
import dev.weft.proxy.LoopConfined;
import org.jspecify.annotations.Nullable;

/** A provider in one worker: its keys, and the tokens that were verified. */
@LoopConfined
final class ProviderState {
  private final JwtProvider settings;
  private final JwtVerifier verifier;
  private final @Nullable Jwks inline;
  private final @Nullable JwksCache remote;

  /**
   * @param inline keys of the configuration; {@code null}: they are fetched
   * @param remote keys that are fetched; {@code null}: they are not
   */
  ProviderState(
      JwtProvider settings,
      JwtVerifier verifier,
      @Nullable Jwks inline,
      @Nullable JwksCache remote) {
    this.settings = settings;
    this.verifier = verifier;
    this.inline = inline;
    this.remote = remote;
  }

  JwtProvider settings() {
    return settings;
  }

  JwtVerifier verifier() {
    return verifier;
  }

  /** {@code null}: none that count, for now or for good. */
  @Nullable Jwks keys() {
    JwksCache cache = remote;
    return cache == null ? inline : cache.keys();
  }

  @Nullable JwksCache remote() {
    return remote;
  }

  /** Nothing names it any more. */
  void close() {
    if (remote != null) {
      remote.close();
    }
  }
}
