package dev.weft.policy.xds;

import dev.weft.policy.jwt.TokenForwarding;
import dev.weft.policy.jwt.TokenForwarding.ClaimHeader;
import dev.weft.policy.jwt.TokenLocations;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Where a {@code JwtProvider} looks for tokens, and where it puts what they say. */
final class TokenPlacesCodec {
  /** Most places of one kind. */
  static final int MOST = 32;

  private static final String TOKEN = "!#$%&'*+-.^_`|~";

  private TokenPlacesCodec() {}

  static TokenLocations locations(JwtProvider proto, Problems problems) {
    List<TokenLocations.Header> headers = new ArrayList<>();
    Problems at = atMost(proto.getFromHeadersCount(), problems.field("from_headers"));
    for (int i = 0; i < Math.min(MOST, proto.getFromHeadersCount()); i++) {
      JwtHeader header = proto.getFromHeaders(i);
      at.item(i).refuseAllBut(header, Set.of("name", "value_prefix"));
      headers.add(
          new TokenLocations.Header(
              name(header.getName(), at.item(i).field("name")),
              value(header.getValuePrefix(), at.item(i).field("value_prefix"))));
    }
    return new TokenLocations(
        headers,
        names(proto.getFromParamsList(), problems.field("from_params")),
        names(proto.getFromCookiesList(), problems.field("from_cookies")));
  }

  private static List<String> names(List<String> names, Problems problems) {
    atMost(names.size(), problems);
    return names;
  }

  static TokenForwarding forwarding(JwtProvider proto, Problems problems) {
    List<ClaimHeader> claims = new ArrayList<>();
    Problems at = atMost(proto.getClaimToHeadersCount(), problems.field("claim_to_headers"));
    for (int i = 0; i < Math.min(MOST, proto.getClaimToHeadersCount()); i++) {
      JwtClaimToHeader claim = proto.getClaimToHeaders(i);
      at.item(i).refuseAllBut(claim, Set.of("header_name", "claim_name"));
      if (claim.getClaimName().isEmpty()) {
        at.item(i).field("claim_name").add("is required");
      }
      claims.add(
          new ClaimHeader(
              name(claim.getHeaderName(), at.item(i).field("header_name")), claim.getClaimName()));
    }
    var normalize = proto.getNormalizePayloadInMetadata();
    problems
        .field("normalize_payload_in_metadata")
        .refuseAllBut(normalize, Set.of("space_delimited_claims"));
    String payload = proto.getForwardPayloadHeader();
    return new TokenForwarding(
        proto.getForward(),
        payload.isEmpty() ? "" : name(payload, problems.field("forward_payload_header")),
        proto.getPadForwardPayloadHeader(),
        proto.getPayloadInMetadata(),
        normalize.getSpaceDelimitedClaimsList(),
        proto.getHeaderInMetadata(),
        proto.getFailedStatusInMetadata(),
        claims,
        proto.getClearRouteCache());
  }

  private static Problems atMost(int count, Problems problems) {
    if (count > MOST) {
      problems.add("has " + count + " entries, at most " + MOST);
    }
    return problems;
  }

  private static String name(String name, Problems problems) {
    boolean token = !name.isEmpty() && name.chars().allMatch(TokenPlacesCodec::ofName);
    if (!token) {
      problems.add(name.isEmpty() ? "is required" : "is not a header name");
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.equals("host")) {
      problems.add("is not supported: Host");
    }
    return lower;
  }

  private static boolean ofName(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || TOKEN.indexOf(c) >= 0;
  }

  private static String value(String value, Problems problems) {
    if (value.chars().anyMatch(c -> c < ' ' || c > '~')) {
      problems.add("is not part of a header value");
    }
    return value;
  }

  static void encode(TokenLocations from, JwtProvider.Builder proto) {
    for (TokenLocations.Header header : from.headers()) {
      proto.addFromHeadersBuilder().setName(header.name()).setValuePrefix(header.prefix());
    }
    proto.addAllFromParams(from.params()).addAllFromCookies(from.cookies());
  }

  static void encode(TokenForwarding forwarding, JwtProvider.Builder proto) {
    proto
        .setForward(forwarding.keep())
        .setForwardPayloadHeader(forwarding.payloadHeader())
        .setPadForwardPayloadHeader(forwarding.padPayload())
        .setPayloadInMetadata(forwarding.payloadMetadata())
        .setHeaderInMetadata(forwarding.headerMetadata())
        .setFailedStatusInMetadata(forwarding.failureMetadata())
        .setClearRouteCache(forwarding.clearRoute());
    if (!forwarding.spaceDelimited().isEmpty()) {
      proto
          .getNormalizePayloadInMetadataBuilder()
          .addAllSpaceDelimitedClaims(forwarding.spaceDelimited());
    }
    for (ClaimHeader claim : forwarding.claimHeaders()) {
      proto.addClaimToHeadersBuilder().setHeaderName(claim.header()).setClaimName(claim.claim());
    }
  }
}
