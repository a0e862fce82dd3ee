package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.UpgradeConfig;
import dev.weft.proxy.http.codec.HttpChars;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code upgrade_configs} of a connection manager and of a route. */
final class UpgradeReader {
  private static final String CONNECT = "CONNECT";

  private UpgradeReader() {}

  static List<UpgradeConfig> ofManager(HttpConnectionManager proto, Problems problems) {
    List<UpgradeConfig> configs = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < proto.getUpgradeConfigsCount(); i++) {
      var config = proto.getUpgradeConfigs(i);
      String type = type(config.getUpgradeType(), seen, problems.item(i));
      configs.add(
          new UpgradeConfig(type, !config.hasEnabled() || config.getEnabled().getValue(), false));
    }
    return configs;
  }

  static List<UpgradeConfig> ofRoute(RouteAction proto, Problems problems) {
    List<UpgradeConfig> configs = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < proto.getUpgradeConfigsCount(); i++) {
      var config = proto.getUpgradeConfigs(i);
      Problems at = problems.item(i);
      String type = type(config.getUpgradeType(), seen, at);
      if (config.hasConnectConfig() && !type.equalsIgnoreCase(CONNECT)) {
        at.field("connect_config").add("is for the type CONNECT only");
      }
      configs.add(
          new UpgradeConfig(
              type,
              !config.hasEnabled() || config.getEnabled().getValue(),
              config.hasConnectConfig()));
    }
    return configs;
  }

  private static String type(String type, Set<String> seen, Problems problems) {
    Problems at = problems.field("upgrade_type");
    if (!HttpChars.isToken(type)) {
      at.add("is not a protocol: " + Texts.quoted(type));
    } else if (!seen.add(type.toLowerCase(Locale.ROOT))) {
      at.add("is there twice: " + Texts.quoted(type));
    } else if (type.equalsIgnoreCase("h2c") || type.equals("raw")) {
      at.add("is not supported: " + type);
    }
    return type;
  }
}
