package dev.weft.proxy.http.router;

import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.UpgradeConfig;
import dev.weft.proxy.http.RequestHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a request that asks for another protocol may have it: {@code upgrade_configs}. Pure. */
final class Upgrades {
  private Upgrades() {}

  /** The request as it goes on; {@code null}: it may not have what it asks for. */
  static @Nullable RequestHead permitted(
      RequestHead head, Route.Action.Forward action, HttpProtocols protocols) {
    if (!head.upgrades()) {
      return head;
    }
    UpgradeConfig config = find(action.upgrades(), head.upgrade());
    if (config == null) {
      config = find(protocols.upgrades(), head.upgrade());
    }
    if (config == null || !config.enabled()) {
      return null;
    }
    return config.terminate()
        ? new RequestHead(
            head.method(),
            head.scheme(),
            head.authority(),
            head.path(),
            head.headers(),
            RequestHead.RAW)
        : head;
  }

  /** Whether a request that the proxy itself answers may ask for what it asks for. */
  static boolean permitted(RequestHead head, HttpProtocols protocols) {
    UpgradeConfig config = head.upgrades() ? find(protocols.upgrades(), head.upgrade()) : null;
    return !head.upgrades() || (config != null && config.enabled());
  }

  private static @Nullable UpgradeConfig find(List<UpgradeConfig> configs, String type) {
    for (UpgradeConfig config : configs) {
      if (config.type().equalsIgnoreCase(type)) {
        return config;
      }
    }
    return null;
  }
}
