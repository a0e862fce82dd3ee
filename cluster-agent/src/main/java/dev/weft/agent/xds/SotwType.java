package dev.weft.agent.xds;

import dev.weft.agent.compile.Resource;
import dev.weft.agent.compile.ResourceSet;
import dev.weft.agent.compile.ResourceType;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.StatusException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One type on a state-of-the-world stream. Listeners and clusters are always sent as a whole, since
 * what is missing there means removed; of the others only what changed. Knows no I/O. Confined to
 * the server's thread.
 */
final class SotwType {
  private final ResourceType type;
  private final Names names = new Names();
  private final Acks acks = new Acks();
  private final ServedNames served;
  private final Map<String, String> known = new HashMap<>();
  private boolean first = true;
  private boolean sentOnce;
  private String lastNonce = "";
  private @Nullable ResourceSet upToDate;

  /**
   * @param before what the node served before this stream; {@code null}: nobody knows
   */
  SotwType(ResourceType type, @Nullable Set<String> before) {
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

  /**
   * Takes a request; {@code false}: it is an answer to a response that is not the last one, and
   * says nothing.
   */
  boolean request(DiscoveryRequest request) throws StatusException {
    if (!first && !request.getResponseNonce().equals(lastNonce)) {
      return false;
    }
    Set<String> before = new HashSet<>(names.all());
    if (!request.getResourceNamesList().isEmpty()) {
      names.wildcard(false);
    } else if (first) {
      names.wildcard(type.wildcardByDefault());
    }
    names.remove(before);
    names.add(request.getResourceNamesList());
    known.keySet().retainAll(names.wildcard() ? known.keySet() : names.all());
    if (first || !before.equals(names.all())) {
      upToDate = null;
    }
    first = false;
    return true;
  }

  boolean settled(ResourceSet now) {
    return now.equals(upToDate);
  }

  /** What to send; empty: nothing. */
  Optional<List<Resource>> response(ResourceSet now) {
    upToDate = now;
    Map<String, Resource> wanted = new TreeMap<>();
    if (names.wildcard()) {
      collect(now.all(), wanted);
    } else {
      for (String name : names.all()) {
        Resource resource = now.get(name);
        if (resource != null) {
          wanted.put(name, resource);
        }
      }
    }
    List<Resource> changed = new ArrayList<>();
    wanted.forEach((name, resource) -> {
      if (!resource.version().equals(known.get(name))) {
        changed.add(resource);
      }
    });
    boolean gone = known.keySet().retainAll(wanted.keySet());
    changed.forEach(resource -> known.put(resource.name(), resource.version()));
    boolean whole = type.wildcardByDefault();
    // A client that asked for everything learns from an empty answer that there is nothing.
    boolean due = !changed.isEmpty() || (whole && (gone || !sentOnce));
    if (!due) {
      return Optional.empty();
    }
    sentOnce = true;
    return Optional.of(whole ? List.copyOf(wanted.values()) : changed);
  }

  void sent(String nonce, String version, List<Resource> resources) {
    lastNonce = nonce;
    acks.sent(nonce, version);
    // Where a response is the whole, what it lacks is gone.
    List<String> removed =
        type.wildcardByDefault()
            ? served.resources().stream()
                .filter(name -> resources.stream().noneMatch(one -> one.name().equals(name)))
                .toList()
            : List.of();
    served.sent(nonce, resources, removed);
  }

  /**
   * An answer came, if the request is one.
   *
   * @return the reason, when it is a NACK that says something new
   */
  Optional<String> answered(DiscoveryRequest request) {
    served.answered(request.getResponseNonce(), request.hasErrorDetail());
    return acks.answered(
        request.getResponseNonce(), request.hasErrorDetail(), request.getErrorDetail());
  }

  private static void collect(Collection<Resource> from, Map<String, Resource> into) {
    from.forEach(resource -> into.put(resource.name(), resource));
  }
}
