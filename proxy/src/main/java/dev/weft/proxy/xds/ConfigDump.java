package dev.weft.proxy.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.xds.parse.TypedConfigs;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The accepted configuration at one moment, for people. Secrets in it are trust bundles, which are
 * public: a proxy accepts no others. Immutable.
 *
 * @param stream in words, the state of the stream
 * @param version of the snapshot in use
 */
public record ConfigDump(String stream, long version, List<Line> lines) {
  static final TypeRegistry TYPES = types();

  public ConfigDump {
    lines = List.copyOf(lines);
  }

  /**
   * One resource.
   *
   * @param inUse whether the data plane has it, as far as that is decided by name
   * @param json the resource in protobuf's JSON form; empty when no version of it was accepted
   * @param rejectedVersion and why; empty: the newest version is the accepted one
   */
  public record Line(
      String type,
      String name,
      String version,
      boolean inUse,
      boolean restored,
      String json,
      String rejectedVersion,
      String rejectedReason) {}

  static ConfigDump of(String stream, ResourceStore store, Snapshot snapshot) {
    List<Line> lines = new ArrayList<>();
    for (ResourceType type : ResourceType.values()) {
      Map<String, Line> byName = new TreeMap<>();
      Collection<String> used = inUse(type, snapshot);
      store
          .accepted(type)
          .forEach((name, entry) ->
              byName.put(
                  name,
                  new Line(
                      type.label(),
                      name,
                      entry.version(),
                      used.contains(name),
                      entry.restored(),
                      json(entry),
                      "",
                      "")));
      store
          .rejected(type)
          .forEach((name, rejection) ->
              byName.merge(
                  name,
                  new Line(
                      type.label(),
                      name,
                      "",
                      false,
                      false,
                      "",
                      rejection.version(),
                      rejection.reason()),
                  ConfigDump::withRejection));
      lines.addAll(byName.values());
    }
    return new ConfigDump(stream, snapshot.version(), lines);
  }

  private static Line withRejection(Line accepted, Line rejected) {
    return new Line(
        accepted.type(),
        accepted.name(),
        accepted.version(),
        accepted.inUse(),
        accepted.restored(),
        accepted.json(),
        rejected.rejectedVersion(),
        rejected.rejectedReason());
  }

  private static Collection<String> inUse(ResourceType type, Snapshot snapshot) {
    return switch (type) {
      case CLUSTER -> snapshot.upstreams().keySet();
      case ENDPOINTS -> snapshot.endpoints().keySet();
      case SECRET -> snapshot.validation().keySet();
      case LISTENER -> snapshot.listeners().keySet();
      case ROUTES -> snapshot.routes().keySet();
    };
  }

  private static String json(ResourceStore.Entry entry) {
    try {
      return JsonFormat.printer()
          .usingTypeRegistry(TYPES)
          .preservingProtoFieldNames()
          .print(entry.raw());
    } catch (InvalidProtocolBufferException e) {
      // A load-balancing list may name types that nobody here knows.
      return "{}";
    }
  }

  private static TypeRegistry types() {
    TypeRegistry.Builder types =
        TypeRegistry.newBuilder()
            .add(Listener.getDescriptor())
            .add(RouteConfiguration.getDescriptor())
            .add(Cluster.getDescriptor())
            .add(ClusterLoadAssignment.getDescriptor())
            .add(Secret.getDescriptor());
    TypedConfigs.known().stream().map(Message::getDescriptorForType).forEach(types::add);
    return types.build();
  }
}
