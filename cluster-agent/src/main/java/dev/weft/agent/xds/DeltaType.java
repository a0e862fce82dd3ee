package dev.weft.agent.xds;

import dev.weft.agent.compile.Resource;
import dev.weft.agent.compile.ResourceSet;
import dev.weft.agent.compile.ResourceType;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.grpc.StatusException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One type on a delta stream: what the client wants, what it has, and so what it has to be told.
 * Knows no I/O. Confined to the server's thread.
 */
final class DeltaType {
  /** The version of what the client was told does not exist. */
  private static final String ABSENT = "";

  private final ResourceType type;
  private final Names names = new Names();
  private final Acks acks = new Acks();
  private final ServedNames served;
  private final Map<String, String> known = new HashMap<>();
  private boolean first = true;
  private boolean owesAnswer;
  private @Nullable ResourceSet upToDate;

  /**
   * @param before what the node served before this stream; {@code null}: nobody knows
   */
  DeltaType(ResourceType type, @Nullable Set<String> before) {
    this.type = type;
    this.served = new ServedNames(before);
  }

  /** What the client serves by resources of this type; empty: it was not brought up to date yet. */
  Optional<ServedNames> served() {
    return upToDate == null ? Optional.empty() : Optional.of(served);
  }

  Acks acks() {
    return acks;
  }

  void request(DeltaDiscoveryRequest request) throws StatusException {
    if (first) {
      // What the client kept from an earlier stream; only honoured in a type's first request.
      known.putAll(request.getInitialResourceVersionsMap());
      names.wildcard(type.wildcardByDefault() && request.getResourceNamesSubscribeCount() == 0);
    } else {
      // Asking again for what one has means to be sent it again.
      request.getResourceNamesSubscribeList().forEach(known::remove);
    }
    names.add(request.getResourceNamesSubscribeList());
    // Who asks for everything waits for an answer also where there is nothing.
    owesAnswer |= first && names.wildcard();
    if (request.getResourceNamesUnsubscribeCount() > 0) {
      names.remove(request.getResourceNamesUnsubscribeList());
      if (request.getResourceNamesUnsubscribeList().contains(Names.WILDCARD)) {
        known.keySet().removeIf(name -> !names.wants(name));
      }
      // A name that the wildcard still covers is sent again; others are forgotten.
      request.getResourceNamesUnsubscribeList().forEach(known::remove);
    }
    if (first
        || request.getResourceNamesSubscribeCount() > 0
        || request.getResourceNamesUnsubscribeCount() > 0) {
      upToDate = null;
    }
    first = false;
  }

  /** Whether the client waits for an answer even if there is nothing to send. */
  boolean owesAnswer() {
    return owesAnswer;
  }

  /** A response went out. */
  void sent(String nonce, String version, List<Resource> updated, List<String> removed) {
    owesAnswer = false;
    acks.sent(nonce, version);
    served.sent(nonce, updated, removed);
  }

  /**
   * An answer came, if the request is one.
   *
   * @return the reason, when it is a NACK that says something new
   */
  Optional<String> answered(DeltaDiscoveryRequest request) {
    served.answered(request.getResponseNonce(), request.hasErrorDetail());
    return acks.answered(
        request.getResponseNonce(), request.hasErrorDetail(), request.getErrorDetail());
  }

  /** Whether nothing can have changed since the client was last brought up to date. */
  boolean settled(ResourceSet now) {
    return now.equals(upToDate);
  }

  /** New and changed resources, which then count as known. */
  List<Resource> updates(ResourceSet now) {
    List<Resource> changed = new ArrayList<>();
    if (names.wildcard()) {
      collect(now.shared().values(), changed);
      collect(now.own().values(), changed);
    } else {
      for (String name : names.all()) {
        Resource resource = now.get(name);
        if (resource != null) {
          collect(List.of(resource), changed);
        }
      }
    }
    return changed;
  }

  /** What is there no more, or was asked for and does not exist. */
  List<String> removals(ResourceSet now) {
    List<String> gone = new ArrayList<>();
    known.forEach((name, version) -> {
      if (!version.equals(ABSENT) && now.get(name) == null) {
        gone.add(name);
      }
    });
    for (String name : names.all()) {
      if (!known.containsKey(name) && now.get(name) == null) {
        gone.add(name);
      }
    }
    for (String name : gone) {
      if (names.all().contains(name)) {
        known.put(name, ABSENT);
      } else {
        known.remove(name);
      }
    }
    upToDate = now;
    return gone;
  }

  private void collect(Collection<Resource> candidates, List<Resource> changed) {
    for (Resource resource : candidates) {
      if (!resource.version().equals(known.get(resource.name()))) {
        known.put(resource.name(), resource.version());
        changed.add(resource);
      } else {
        served.has(resource);
      }
    }
  }
}
