package dev.weft.agent.app;

import dev.weft.agent.api.ProxyView;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.xds.ProxyStatus;
import dev.weft.agent.xds.XdsServer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** From what the xDS server knows of a node to what the API shows. */
final class Proxies {

  private Proxies() {}

  /** Everyone who is connected; waits at most two seconds for the server's owner. */
  static List<ProxyView> of(XdsServer server) {
    return server.proxies().toCompletableFuture().orTimeout(2, TimeUnit.SECONDS).join().stream()
        .map(Proxies::view)
        .toList();
  }

  private static ProxyView view(ProxyStatus status) {
    NodeAnnouncement node = status.node();
    Map<String, String> versions = new TreeMap<>();
    Map<String, String> nacks = new TreeMap<>();
    for (ProxyStatus.TypeStatus type : status.types()) {
      String name = type.typeUrl().substring(type.typeUrl().lastIndexOf('.') + 1);
      versions.put(name, type.acknowledged());
      if (!type.nack().isEmpty()) {
        nacks.put(name, type.nack());
      }
    }
    return new ProxyView(
        node.nodeId(),
        node.role().name().toLowerCase(Locale.ROOT),
        node.identity().uri(),
        node.workloads().stream().map(Object::toString).sorted().toList(),
        versions,
        nacks);
  }
}
