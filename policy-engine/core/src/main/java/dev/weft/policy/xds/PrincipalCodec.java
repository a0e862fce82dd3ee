package dev.weft.policy.xds;

import dev.weft.policy.authz.Principal;
import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.RbacCodec.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.rbac.v3.Principal}. */
final class PrincipalCodec {

  private static final Set<String> NETWORK =
      Set.of(
          "and_ids",
          "or_ids",
          "any",
          "authenticated",
          "source_ip",
          "direct_remote_ip",
          "remote_ip",
          "not_id");
  private static final Set<String> HTTP =
      Set.of(
          "and_ids",
          "or_ids",
          "any",
          "authenticated",
          "source_ip",
          "direct_remote_ip",
          "remote_ip",
          "not_id",
          "header",
          "url_path",
          "metadata",
          "sourced_metadata");

  private PrincipalCodec() {}

  /** Reads what it can; the result counts only when no problems were added. */
  static List<Principal> decodeAll(
      List<io.envoyproxy.envoy.config.rbac.v3.Principal> protos, Layer layer, Problems problems) {
    if (protos.isEmpty()) {
      problems.add("needs at least one");
    }
    List<Principal> all = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      Principal one = decode(protos.get(i), layer, problems.item(i));
      if (one != null) {
        all.add(one);
      }
    }
    return all;
  }

  @SuppressWarnings("deprecation") // What control planes still write.
  static @Nullable Principal decode(
      io.envoyproxy.envoy.config.rbac.v3.Principal proto, Layer layer, Problems problems) {
    problems.refuseAllBut(
        proto,
        switch (layer) {
          case NETWORK -> NETWORK;
          case HTTP -> HTTP;
        });
    return switch (proto.getIdentifierCase()) {
      case AND_IDS -> new Principal.And(set(proto.getAndIds(), layer, problems.field("and_ids")));
      case OR_IDS -> new Principal.Or(set(proto.getOrIds(), layer, problems.field("or_ids")));
      case ANY -> {
        if (!proto.getAny()) {
          problems.field("any").add("must be true");
        }
        yield new Principal.Any();
      }
      case AUTHENTICATED ->
          authenticated(proto.getAuthenticated(), problems.field("authenticated"));
      case SOURCE_IP ->
          address(
              Principal.End.SOURCE,
              CidrRangeCodec.decode(proto.getSourceIp(), problems.field("source_ip")));
      case DIRECT_REMOTE_IP ->
          address(
              Principal.End.DIRECT,
              CidrRangeCodec.decode(proto.getDirectRemoteIp(), problems.field("direct_remote_ip")));
      case REMOTE_IP ->
          address(
              Principal.End.REMOTE,
              CidrRangeCodec.decode(proto.getRemoteIp(), problems.field("remote_ip")));
      case NOT_ID -> {
        Principal inner = decode(proto.getNotId(), layer, problems.field("not_id"));
        yield inner == null ? null : new Principal.Not(inner);
      }
      case HEADER -> {
        HeaderMatcher header =
            HeaderMatcherCodec.decode(proto.getHeader(), problems.field("header"));
        yield header == null ? null : new Principal.Header(header);
      }
      case URL_PATH -> {
        StringMatcher path =
            PathMatcherCodec.decode(proto.getUrlPath(), problems.field("url_path"));
        yield path == null ? null : new Principal.UrlPath(path);
      }
      case METADATA ->
          said(MetadataMatcherCodec.decode(proto.getMetadata(), problems.field("metadata")));
      case SOURCED_METADATA ->
          said(
              MetadataMatcherCodec.decode(
                  proto.getSourcedMetadata(), problems.field("sourced_metadata")));
      case FILTER_STATE, CUSTOM -> null;
      case IDENTIFIER_NOT_SET -> {
        problems.add("identifier is required");
        yield null;
      }
    };
  }

  private static @Nullable Principal authenticated(
      io.envoyproxy.envoy.config.rbac.v3.Principal.Authenticated proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("principal_name"));
    if (!proto.hasPrincipalName()) {
      return new Principal.Authenticated(null);
    }
    StringMatcher name =
        StringMatcherCodec.decode(proto.getPrincipalName(), problems.field("principal_name"));
    return name == null ? null : new Principal.Authenticated(name);
  }

  private static @Nullable Principal address(Principal.End end, @Nullable CidrRange range) {
    return range == null ? null : new Principal.Address(end, range);
  }

  private static @Nullable Principal said(@Nullable MetadataMatcher matcher) {
    return matcher == null ? null : new Principal.Said(matcher);
  }

  private static List<Principal> set(
      io.envoyproxy.envoy.config.rbac.v3.Principal.Set proto, Layer layer, Problems problems) {
    problems.refuseAllBut(proto, Set.of("ids"));
    return decodeAll(proto.getIdsList(), layer, problems.field("ids"));
  }

  static List<io.envoyproxy.envoy.config.rbac.v3.Principal> encodeAll(List<Principal> all) {
    return all.stream().map(PrincipalCodec::encode).toList();
  }

  @SuppressWarnings("deprecation") // There is no other way to say who connected.
  static io.envoyproxy.envoy.config.rbac.v3.Principal encode(Principal principal) {
    var proto = io.envoyproxy.envoy.config.rbac.v3.Principal.newBuilder();
    switch (principal) {
      case Principal.Any any -> proto.setAny(true);
      case Principal.Authenticated(var name) -> {
        var authenticated = proto.getAuthenticatedBuilder();
        if (name != null) {
          authenticated.setPrincipalName(StringMatcherCodec.encode(name));
        }
      }
      case Principal.Address(var end, var range) -> {
        var cidr = CidrRangeCodec.encode(range);
        switch (end) {
          case SOURCE -> proto.setSourceIp(cidr);
          case DIRECT -> proto.setDirectRemoteIp(cidr);
          case REMOTE -> proto.setRemoteIp(cidr);
        }
      }
      case Principal.Header(var header) -> proto.setHeader(HeaderMatcherCodec.encode(header));
      case Principal.UrlPath(var path) -> proto.setUrlPath(PathMatcherCodec.encode(path));
      case Principal.Said(var said) -> proto.setSourcedMetadata(MetadataMatcherCodec.encode(said));
      case Principal.And(var all) -> proto.getAndIdsBuilder().addAllIds(encodeAll(all));
      case Principal.Or(var any) -> proto.getOrIdsBuilder().addAllIds(encodeAll(any));
      case Principal.Not(var inner) -> proto.setNotId(encode(inner));
    }
    return proto.build();
  }
}
