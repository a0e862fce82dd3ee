package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.ClaimText;
import dev.weft.policy.jwt.Jwt;
import dev.weft.policy.jwt.JwtRefusal;
import dev.weft.policy.jwt.JwtResult;
import dev.weft.policy.jwt.TokenForwarding;
import dev.weft.policy.jwt.TokenForwarding.ClaimHeader;
import dev.weft.policy.match.QueryString;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.filter.HttpFilter;
import dev.weft.proxy.http.filter.RequestMetadata;
import dev.weft.proxy.http.filter.jwt.FoundToken.Place;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the tokens of one request leave behind: headers, and what other filters see. */
@LoopConfined
final class TokenEffects {
  /** The name by which other filters ask: {@code envoy.config.core.v3.Metadata}. */
  static final String NAMESPACE = "envoy.filters.http.jwt_authn";

  private final HttpFilter.Callbacks callbacks;
  private RequestHead head;
  private @Nullable Map<String, Object> seen;
  private boolean clearRoute;

  TokenEffects(RequestHead head, HttpFilter.Callbacks callbacks) {
    this.head = head;
    this.callbacks = callbacks;
  }

  RequestHead head() {
    return head;
  }

  /** A token was verified. */
  void verified(FoundToken token, TokenForwarding wanted, JwtResult.Verified verified) {
    Jwt jwt = verified.jwt();
    HeaderList headers = head.headers();
    if (!wanted.payloadHeader().isEmpty()) {
      headers.add(
          wanted.payloadHeader(), wanted.padPayload() ? padded(jwt.payload()) : jwt.payload());
    }
    boolean added = false;
    for (ClaimHeader claim : wanted.claimHeaders()) {
      String value = ClaimText.of(jwt.claims(), claim.claim());
      if (!value.isEmpty()) {
        headers.add(claim.header(), value);
        added = true;
      }
    }
    clearRoute |= wanted.clearRoute() && (added || !wanted.payloadMetadata().isEmpty());
    if (!wanted.keep()) {
      remove(token.place());
    }
    if (!wanted.headerMetadata().isEmpty()) {
      put(wanted.headerMetadata(), jwt.header());
    }
    if (!wanted.payloadMetadata().isEmpty()) {
      put(wanted.payloadMetadata(), verified.told());
    }
  }

  /** A token was refused, or there was none. */
  void refused(TokenForwarding wanted, JwtRefusal why) {
    if (!wanted.failureMetadata().isEmpty()) {
      put(wanted.failureMetadata(), Map.of("code", (double) why.code(), "message", why.text()));
    }
  }

  private void put(String name, Map<String, ?> value) {
    Map<String, Object> known = seen;
    if (known == null) {
      known = new HashMap<>();
      seen = known;
    }
    known.put(name, value);
  }

  private void remove(Place place) {
    switch (place) {
      case Place.Header(String name) -> head.headers().remove(name);
      case Place.Param(String name) ->
          head = callbacks.path(QueryString.without(head.path(), name));
      case Place.Cookie cookie -> {}
    }
  }

  /** All are judged. */
  void done() {
    Map<String, Object> known = seen;
    if (known != null) {
      RequestMetadata metadata = callbacks.metadata();
      Map<String, ?> before = metadata.get(NAMESPACE);
      if (before != null) {
        before.forEach(known::putIfAbsent);
      }
      metadata.set(NAMESPACE, known);
    }
    if (clearRoute) {
      callbacks.clearRoute();
    }
  }

  private static String padded(String base64) {
    return base64 + "=".repeat((4 - base64.length() % 4) % 4);
  }
}
