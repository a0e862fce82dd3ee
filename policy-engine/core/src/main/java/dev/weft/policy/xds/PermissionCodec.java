package dev.weft.policy.xds;

import dev.weft.policy.authz.Permission;
import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.RbacCodec.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.rbac.v3.Permission}. */
final class PermissionCodec {

  private static final Set<String> NETWORK =
      Set.of(
          "and_rules", "or_rules", "any", "destination_port", "not_rule", "requested_server_name");
  private static final Set<String> HTTP =
      Set.of(
          "and_rules",
          "or_rules",
          "any",
          "destination_port",
          "not_rule",
          "requested_server_name",
          "header",
          "url_path");

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
      case DESTINATION_PORT -> {
        int port = proto.getDestinationPort();
        if (port < 0 || port > 65_535) {
          problems.field("destination_port").add("must be at most 65535");
        }
        yield new Permission.DestinationPort(port);
      }
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
      case DESTINATION_IP,
          DESTINATION_PORT_RANGE,
          METADATA,
          MATCHER,
          URI_TEMPLATE,
          SOURCED_METADATA ->
          null;
      case RULE_NOT_SET -> {
        problems.add("rule is required");
        yield null;
      }
    };
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
      case Permission.DestinationPort(int port) -> proto.setDestinationPort(port);
      case Permission.ServerName(var name) ->
          proto.setRequestedServerName(StringMatcherCodec.encode(name));
      case Permission.Header(var header) -> proto.setHeader(HeaderMatcherCodec.encode(header));
      case Permission.UrlPath(var path) -> proto.setUrlPath(PathMatcherCodec.encode(path));
      case Permission.And(var all) -> proto.getAndRulesBuilder().addAllRules(encodeAll(all));
      case Permission.Or(var any) -> proto.getOrRulesBuilder().addAllRules(encodeAll(any));
      case Permission.Not(var inner) -> proto.setNotRule(encode(inner));
    }
    return proto.build();
  }
}
