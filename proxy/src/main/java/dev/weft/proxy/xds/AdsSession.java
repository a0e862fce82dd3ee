package dev.weft.proxy.xds;

import com.google.rpc.Status;
import dev.weft.policy.xds.Problem;
import dev.weft.proxy.xds.parse.Parsed;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One stream's side of the delta protocol: what to ask for, and what to answer. Knows nothing of
 * channels. Confined to the control thread.
 */
final class AdsSession {
  private static final int MAX_DETAIL = 16 * 1024;

  private final Node node;
  private final ResourceStore store;
  private final Map<ResourceType, Set<String>> asked = new EnumMap<>(ResourceType.class);
  private boolean introduced;

  AdsSession(Node node, ResourceStore store) {
    this.node = node;
    this.store = store;
  }

  /**
   * What a response came to.
   *
   * @param acknowledgement to be sent first
   * @param accepted how many resources were taken or removed
   * @param rejected name to reason
   */
  record Outcome(
      DeltaDiscoveryRequest acknowledgement,
      Optional<ResourceType> type,
      int accepted,
      Map<String, String> rejected) {
    Outcome {
      rejected = Map.copyOf(rejected);
    }
  }

  /** The first messages of a stream, and later those that change what is subscribed to. */
  List<DeltaDiscoveryRequest> subscriptions() {
    List<DeltaDiscoveryRequest> requests = new ArrayList<>();
    for (ResourceType type : ResourceType.values()) {
      Set<String> wanted = Wanted.names(type, store);
      Set<String> before = asked.get(type);
      if (before == null) {
        if (type.wildcard() || !wanted.isEmpty()) {
          asked.put(type, wanted);
          requests.add(first(type, wanted));
        }
      } else if (!wanted.equals(before)) {
        asked.put(type, wanted);
        requests.add(change(type, before, wanted));
        store.retain(type, wanted);
      }
    }
    return requests;
  }

  private DeltaDiscoveryRequest first(ResourceType type, Set<String> wanted) {
    DeltaDiscoveryRequest.Builder request =
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(type.url())
            .addAllResourceNamesSubscribe(wanted);
    store
        .accepted(type)
        .forEach((name, entry) -> {
          // Health that was read from the disk is of unknown age, so endpoints are asked for anew.
          boolean agedHealth = type == ResourceType.ENDPOINTS && entry.restored();
          if ((type.wildcard() || wanted.contains(name)) && !agedHealth) {
            request.putInitialResourceVersions(name, entry.version());
          }
        });
    return introduce(request);
  }

  private DeltaDiscoveryRequest change(ResourceType type, Set<String> before, Set<String> wanted) {
    Set<String> more = new TreeSet<>(wanted);
    more.removeAll(before);
    Set<String> fewer = new TreeSet<>(before);
    fewer.removeAll(wanted);
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(type.url())
        .addAllResourceNamesSubscribe(more)
        .addAllResourceNamesUnsubscribe(fewer)
        .build();
  }

  private DeltaDiscoveryRequest introduce(DeltaDiscoveryRequest.Builder request) {
    if (!introduced) {
      introduced = true;
      request.setNode(node);
    }
    return request.build();
  }

  /** Takes the valid resources of a response and says what to answer. */
  Outcome receive(DeltaDiscoveryResponse response) {
    Optional<ResourceType> known = ResourceType.ofUrl(response.getTypeUrl());
    DeltaDiscoveryRequest.Builder answer =
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce());
    if (known.isEmpty()) {
      Map<String, String> rejected = Map.of("*", "type is not supported: " + response.getTypeUrl());
      return new Outcome(answer.setErrorDetail(detail(rejected)).build(), known, 0, rejected);
    }
    ResourceType type = known.get();
    Map<String, String> rejected = new HashMap<>();
    Set<String> wanted = asked.getOrDefault(type, Set.of());
    Set<String> seen = new HashSet<>();
    for (var resource : response.getResourcesList()) {
      seen.add(resource.getName());
      if (type.wildcard() || wanted.contains(resource.getName())) {
        take(type, resource, rejected);
      }
    }
    for (String name : response.getRemovedResourcesList()) {
      if (!seen.contains(name)) {
        store.remove(type, name);
      }
    }
    if (!rejected.isEmpty()) {
      answer.setErrorDetail(detail(rejected));
    }
    int accepted =
        response.getResourcesCount() - rejected.size() + response.getRemovedResourcesCount();
    return new Outcome(answer.build(), known, accepted, rejected);
  }

  private void take(
      ResourceType type,
      io.envoyproxy.envoy.service.discovery.v3.Resource resource,
      Map<String, String> rejected) {
    Parsed<Resource> parsed = type.parse(resource.getName(), resource.getResource());
    switch (parsed) {
      case Parsed.Accepted<Resource>(Resource value) ->
          store.accept(
              type,
              resource.getName(),
              new ResourceStore.Entry(resource.getVersion(), resource.getResource(), value, false));
      case Parsed.Rejected<Resource>(List<Problem> problems) -> {
        String reason = problems.stream().map(Problem::toString).collect(Collectors.joining("; "));
        rejected.put(resource.getName(), reason);
        store.reject(
            type, resource.getName(), new ResourceStore.Rejection(resource.getVersion(), reason));
      }
    }
  }

  private static Status detail(Map<String, String> rejected) {
    String text =
        rejected.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getKey() + ": " + entry.getValue())
            .collect(Collectors.joining("\n"));
    String bounded = text.length() > MAX_DETAIL ? text.substring(0, MAX_DETAIL) + "..." : text;
    return Status.newBuilder().setCode(Code.INVALID_ARGUMENT.value()).setMessage(bounded).build();
  }
}
