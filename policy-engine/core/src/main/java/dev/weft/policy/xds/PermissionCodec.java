package dev.weft.policy.xds;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.PathTemplate;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.RbacCodec.Layer;
import io.envoyproxy.envoy.type.v3.Int32Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.rbac.v3.Permission}. */
final class PermissionCodec {

  private static final Set<String> NETWORK =
      Set.of(
          "and_rules",
          "or_rules",
          "any",
          "destination_ip",
          "destination_port",
          "destination_port_range",
          "not_rule",
          "requested_server_name");
  private static final Set<String> HTTP =
      Set.of(
          "and_rules",
          "or_rules",
          "any",
          "destination_ip",
          "destination_port",
          "destination_port_range",
          "not_rule",
          "requested_server_name",
          "header",
          "url_path",
          "uri_template",
          "metadata",
          "sourced_metadata");

  private PermissionCodec() {}

  /** Reads what it can; the result counts only when no problems were added. */
  static List<Permission> decodeAll(
      List<io.envoyproxy.envoy.config.rbac.v3.Permission> protos, Layer layer, Problems problems) {
    if (protos.isEmpty()) {
      problems.add("needs at least one");
    }
    List<Permission> all = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      Permission one = decode(protos.get(i), layer, problems.item(i));
      if (one != null) {
        all.add(one);
      }
    }
    return all;
  }

  @SuppressWarnings("deprecation") // What control planes still write.
  static @Nullable Permission decode(
      io.envoyproxy.envoy.config.rbac.v3.Permission proto, Layer layer, Problems problems) {
    problems.refuseAllBut(
        proto,
        switch (layer) {
          case NETWORK -> NETWORK;
          case HTTP -> HTTP;
        });
    return switch (proto.getRuleCase()) {
      case AND_RULES ->
          new Permission.And(set(proto.getAndRules(), layer, problems.field("and_rules")));
      case OR_RULES ->
          new Permission.Or(set(proto.getOrRules(), layer, problems.field("or_rules")));
      case ANY -> {
        if (!proto.getAny()) {
          problems.field("any").add("must be true");
        }
        yield new Permission.Any();
      }
      case DESTINATION_IP -> {
        CidrRange range =
            CidrRangeCodec.decode(proto.getDestinationIp(), problems.field("destination_ip"));
        yield range == null ? null : new Permission.DestinationIp(range);
      }
      case DESTINATION_PORT -> {
        int port = proto.getDestinationPort();
        if (port < 0 || port > 65_535) {
          problems.field("destination_port").add("must be at most 65535");
        }
        yield new Permission.DestinationPort(port);
      }
      case DESTINATION_PORT_RANGE ->
          portRange(proto.getDestinationPortRange(), problems.field("destination_port_range"));
      case NOT_RULE -> {
        Permission inner = decode(proto.getNotRule(), layer, problems.field("not_rule"));
        yield inner == null ? null : new Permission.Not(inner);
      }
      case REQUESTED_SERVER_NAME -> {
        StringMatcher name =
            StringMatcherCodec.decode(
                proto.getRequestedServerName(), problems.field("requested_server_name"));
        yield name == null ? null : new Permission.ServerName(name);
      }
      case HEADER -> {
        HeaderMatcher header =
            HeaderMatcherCodec.decode(proto.getHeader(), problems.field("header"));
        yield header == null ? null : new Permission.Header(header);
      }
      case URL_PATH -> {
        StringMatcher path =
            PathMatcherCodec.decode(proto.getUrlPath(), problems.field("url_path"));
        yield path == null ? null : new Permission.UrlPath(path);
      }
      case URI_TEMPLATE -> {
        PathTemplate template =
            PathTemplateCodec.decode(proto.getUriTemplate(), problems.field("uri_template"));
        yield template == null ? null : new Permission.UriTemplate(template);
      }
      case METADATA ->
          said(MetadataMatcherCodec.decode(proto.getMetadata(), problems.field("metadata")));
      case SOURCED_METADATA ->
          said(
              MetadataMatcherCodec.decode(
                  proto.getSourcedMetadata(), problems.field("sourced_metadata")));
      case MATCHER -> null;
      case RULE_NOT_SET -> {
        problems.add("rule is required");
        yield null;
      }
    };
  }

  private static @Nullable Permission said(@Nullable MetadataMatcher matcher) {
    return matcher == null ? null : new Permission.Said(matcher);
  }

  private static Permission portRange(Int32Range proto, Problems problems) {
    problems.refuseAllBut(proto, Set.of("start", "end"));
    if (proto.getStart() < 0 || proto.getStart() > 65_536) {
      problems.field("start").add("must be 0 to 65536");
    }
    if (proto.getEnd() < 0 || proto.getEnd() > 65_536) {
      problems.field("end").add("must be 0 to 65536");
    } else if (proto.getStart() >= proto.getEnd()) {
      problems.field("end").add("has to be above start");
    }
    return new Permission.DestinationPortRange(proto.getStart(), proto.getEnd());
  }

  private static List<Permission> set(
      io.envoyproxy.envoy.config.rbac.v3.Permission.Set proto, Layer layer, Problems problems) {
    problems.refuseAllBut(proto, Set.of("rules"));
    return decodeAll(proto.getRulesList(), layer, problems.field("rules"));
  }

  static List<io.envoyproxy.envoy.config.rbac.v3.Permission> encodeAll(List<Permission> all) {
    return all.stream().map(PermissionCodec::encode).toList();
  }

  static io.envoyproxy.envoy.config.rbac.v3.Permission encode(Permission permission) {
    var proto = io.envoyproxy.envoy.config.rbac.v3.Permission.newBuilder();
    switch (permission) {
      case Permission.Any any -> proto.setAny(true);
      case Permission.DestinationIp(var range) ->
          proto.setDestinationIp(CidrRangeCodec.encode(range));
      case Permission.DestinationPort(int port) -> proto.setDestinationPort(port);
      case Permission.DestinationPortRange(int start, int end) ->
          proto.setDestinationPortRange(Int32Range.newBuilder().setStart(start).setEnd(end));
      case Permission.ServerName(var name) ->
          proto.setRequestedServerName(StringMatcherCodec.encode(name));
      case Permission.Header(var header) -> proto.setHeader(HeaderMatcherCodec.encode(header));
      case Permission.UrlPath(var path) -> proto.setUrlPath(PathMatcherCodec.encode(path));
      case Permission.UriTemplate(var template) ->
          proto.setUriTemplate(PathTemplateCodec.encode(template));
      case Permission.Said(var said) -> proto.setSourcedMetadata(MetadataMatcherCodec.encode(said));
      case Permission.And(var all) -> proto.getAndRulesBuilder().addAllRules(encodeAll(all));
      case Permission.Or(var any) -> proto.getOrRulesBuilder().addAllRules(encodeAll(any));
      case Permission.Not(var inner) -> proto.setNotRule(encode(inner));
    }
    return proto.build();
  }
}
