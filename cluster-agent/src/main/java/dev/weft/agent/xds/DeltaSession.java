package dev.weft.agent.xds;

import dev.weft.agent.compile.Compiler;
import dev.weft.agent.compile.Resource;
import dev.weft.agent.compile.ResourceSet;
import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.model.NodeAnnouncement;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A delta stream. A change goes out in the order secrets, clusters, endpoints, listeners, routes,
 * and only then what was removed of clusters and endpoints, so that nothing is taken away while
 * something still refers to it.
 */
final class DeltaSession extends Session<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  /** Clients refuse messages above 4 MiB by default; one resource beyond this goes alone. */
  private static final int LARGEST_RESPONSE = 1024 * 1024;

  private final Map<ResourceType, DeltaType> types = new EnumMap<>(ResourceType.class);

  DeltaSession(ServerCallStreamObserver<DeltaDiscoveryResponse> out) {
    super(out);
  }

  @Override
  Node node(DeltaDiscoveryRequest request) {
    return request.getNode();
  }

  @Override
  String typeUrl(DeltaDiscoveryRequest request) {
    return request.getTypeUrl();
  }

  @Override
  Optional<String> request(DeltaDiscoveryRequest request) throws StatusException {
    Optional<ResourceType> type = ResourceType.of(request.getTypeUrl());
    if (type.isEmpty()) {
      // A type that is not served: nothing of it exists, and a client that asks for it gets
      // nothing.
      return Optional.empty();
    }
    DeltaType state =
        types.computeIfAbsent(type.get(), each -> new DeltaType(each, servedBefore(each)));
    state.request(request);
    return state.answered(request);
  }

  @Override
  Optional<ServedNames> served(ResourceType type) {
    DeltaType state = types.get(type);
    return state == null ? Optional.empty() : state.served();
  }

  @Override
  Map<ResourceType, Acks> acks() {
    Map<ResourceType, Acks> acks = new EnumMap<>(ResourceType.class);
    types.forEach((type, state) -> acks.put(type, state.acks()));
    return acks;
  }

  @Override
  void flush(Compiler compiler, NodeAnnouncement node, long stateVersion) {
    Map<ResourceType, ResourceSet> removalsDue = new EnumMap<>(ResourceType.class);
    for (Map.Entry<ResourceType, DeltaType> entry : types.entrySet()) {
      DeltaType state = entry.getValue();
      ResourceSet now = compiler.resources(node, entry.getKey());
      if (state.settled(now)) {
        continue;
      }
      if (!writable() || state.acks().blocked()) {
        // What follows may refer to this: it waits too, until the client reads or answers.
        return;
      }
      List<Resource> updated = state.updates(now);
      switch (entry.getKey()) {
        case CLUSTER, ENDPOINTS -> {
          send(entry.getKey(), state, updated, List.of(), stateVersion);
          removalsDue.put(entry.getKey(), now);
        }
        case SECRET, LISTENER, ROUTES ->
            send(entry.getKey(), state, updated, state.removals(now), stateVersion);
      }
    }
    removalsDue.forEach((type, now) -> {
      DeltaType state = types.get(type);
      if (state != null) {
        send(type, state, List.of(), state.removals(now), stateVersion);
      }
    });
  }

  private void send(
      ResourceType type,
      DeltaType state,
      List<Resource> updated,
      List<String> removed,
      long stateVersion) {
    List<Resource> part = new ArrayList<>();
    long size = 0;
    for (Resource resource : updated) {
      int more = resource.body().getSerializedSize();
      if (!part.isEmpty() && size + more > LARGEST_RESPONSE) {
        respond(type, state, part, List.of(), stateVersion);
        part.clear();
        size = 0;
      }
      part.add(resource);
      size += more;
    }
    if (!part.isEmpty() || !removed.isEmpty() || state.owesAnswer()) {
      respond(type, state, part, removed, stateVersion);
    }
  }

  private void respond(
      ResourceType type,
      DeltaType state,
      List<Resource> updated,
      List<String> removed,
      long stateVersion) {
    String nonce = nextNonce();
    String version = Long.toString(stateVersion);
    DeltaDiscoveryResponse.Builder response =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setNonce(nonce)
            .setSystemVersionInfo(version)
            .addAllRemovedResources(removed);
    for (Resource resource : updated) {
      response.addResources(
          io.envoyproxy.envoy.service.discovery.v3.Resource.newBuilder()
              .setName(resource.name())
              .setVersion(resource.version())
              .setResource(resource.body()));
    }
    state.sent(nonce, version, updated, removed);
    send(response.build());
  }
}
