package dev.weft.agent.xds;

import dev.weft.agent.compile.Compiler;
import dev.weft.agent.compile.Resource;
import dev.weft.agent.compile.ResourceSet;
import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.model.NodeAnnouncement;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A state-of-the-world stream, as gRPC's own clients and older Envoys open it. */
final class SotwSession extends Session<DiscoveryRequest, DiscoveryResponse> {
  private final Map<ResourceType, SotwType> types = new EnumMap<>(ResourceType.class);

  SotwSession(ServerCallStreamObserver<DiscoveryResponse> out) {
    super(out);
  }

  @Override
  Node node(DiscoveryRequest request) {
    return request.getNode();
  }

  @Override
  String typeUrl(DiscoveryRequest request) {
    return request.getTypeUrl();
  }

  @Override
  Optional<String> request(DiscoveryRequest request) throws StatusException {
    Optional<ResourceType> type = ResourceType.of(request.getTypeUrl());
    if (type.isEmpty()) {
      return Optional.empty();
    }
    SotwType state =
        types.computeIfAbsent(type.get(), each -> new SotwType(each, servedBefore(each)));
    if (!state.request(request)) {
      return Optional.empty();
    }
    return state.answered(request);
  }

  @Override
  Optional<ServedNames> served(ResourceType type) {
    SotwType state = types.get(type);
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
    for (Map.Entry<ResourceType, SotwType> entry : types.entrySet()) {
      SotwType state = entry.getValue();
      ResourceSet now = compiler.resources(node, entry.getKey());
      if (state.settled(now)) {
        continue;
      }
      if (!writable() || state.acks().blocked()) {
        return;
      }
      Optional<List<Resource>> due = state.response(now);
      if (due.isPresent()) {
        String nonce = nextNonce();
        String version = Long.toString(stateVersion);
        DiscoveryResponse.Builder response =
            DiscoveryResponse.newBuilder()
                .setTypeUrl(entry.getKey().typeUrl())
                .setNonce(nonce)
                .setVersionInfo(version);
        due.get().forEach(resource -> response.addResources(resource.body()));
        state.sent(nonce, version, due.get());
        send(response.build());
      }
    }
  }
}
