package dev.weft.agent.xds;

import com.google.protobuf.Message;
import dev.weft.agent.compile.Compiler;
import dev.weft.agent.compile.ResourceType;
import dev.weft.agent.model.NodeAnnouncement;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One ADS stream. Everything here runs on the server's thread; nothing is written while the
 * transport is not ready, so a client that does not read costs no memory and holds up nobody.
 *
 * @param <Q> request
 * @param <A> response
 */
abstract sealed class Session<Q extends Message, A extends Message>
    permits DeltaSession, SotwSession {
  private static final List<ResourceType> OF_SIDECARS = List.of(ResourceType.LISTENER);
  private static final List<ResourceType> OF_GATEWAYS =
      List.of(ResourceType.LISTENER, ResourceType.ENDPOINTS);

  private final ServerCallStreamObserver<A> out;
  private @Nullable NodeAnnouncement node;
  private @Nullable Set<String> servedBefore;
  private Set<String> reported = Set.of();
  private long reportedChanges = -1;
  private long nonces;
  private boolean closed;

  Session(ServerCallStreamObserver<A> out) {
    this.out = out;
  }

  /** The node in a request; the default instance when it has none. */
  abstract Node node(Q request);

  /**
   * Takes a request.
   *
   * @return the reason, when it is a NACK that says something new
   */
  abstract Optional<String> request(Q request) throws StatusException;

  abstract String typeUrl(Q request);

  abstract void flush(Compiler compiler, NodeAnnouncement node, long stateVersion);

  /** What the client said, by type. */
  abstract Map<ResourceType, Acks> acks();

  /** The node, once it has said who it is. */
  final Optional<NodeAnnouncement> node() {
    return Optional.ofNullable(node);
  }

  /**
   * The client said who it is.
   *
   * @param before what the node served before this stream; {@code null}: nobody knows
   */
  final void introduce(NodeAnnouncement announced, @Nullable Set<String> before) {
    node = announced;
    servedBefore = before;
  }

  /** What the node served before this stream; {@code null}: nobody knows. */
  final @Nullable Set<String> servedBefore(ResourceType type) {
    // Whom a node trusts counts only once it has said so.
    return type == ResourceType.SECRET ? Set.of() : servedBefore;
  }

  /** What the client serves by resources of one type; empty: it was not brought up to date yet. */
  abstract Optional<ServedNames> served(ResourceType type);

  /** Fingerprints of the roots that the client acknowledged. */
  final Set<String> trusted() {
    return served(ResourceType.SECRET).map(ServedNames::all).orElse(Set.of());
  }

  /** Whether what the client serves is known and may be other than what was reported last. */
  final boolean servesAnew() {
    long changes = changes();
    return changes >= 0 && changes != reportedChanges;
  }

  /**
   * All that the client serves, which is thereby reported; empty: that is what it was the last
   * time. To be called where {@link #servesAnew} says so.
   */
  final Optional<Set<String>> reportServed() {
    boolean first = reportedChanges < 0;
    reportedChanges = changes();
    Set<String> now = new HashSet<>();
    decisive().forEach(type -> served(type).ifPresent(names -> now.addAll(names.all())));
    if (!first && now.equals(reported)) {
      return Optional.empty();
    }
    reported = Set.copyOf(now);
    return Optional.of(reported);
  }

  /** Of all types that matter together; -1: one of them was not brought up to date yet. */
  private long changes() {
    long changes = 0;
    for (ResourceType type : decisive()) {
      Optional<ServedNames> names = served(type);
      if (names.isEmpty()) {
        return -1;
      }
      changes += names.get().changes();
    }
    return changes;
  }

  /** The types by which a node takes connections of others. */
  private List<ResourceType> decisive() {
    NodeAnnouncement announced = node;
    return switch (announced == null ? NodeAnnouncement.Role.SIDECAR : announced.role()) {
      case SIDECAR -> OF_SIDECARS;
      case GATEWAY -> OF_GATEWAYS;
    };
  }

  /** Sends what the client lacks, as far as the transport takes it. */
  final void flush(Compiler compiler, long stateVersion) {
    NodeAnnouncement announced = node;
    if (announced != null && writable()) {
      flush(compiler, announced, stateVersion);
    }
  }

  final boolean writable() {
    return !closed && !out.isCancelled() && out.isReady();
  }

  final String nextNonce() {
    nonces++;
    return Long.toString(nonces);
  }

  final void send(A response) {
    if (!closed && !out.isCancelled()) {
      out.onNext(response);
    }
  }

  /** Lets the next request come. */
  final void more() {
    if (!closed) {
      out.request(1);
    }
  }

  final void close(Status status) {
    if (!closed) {
      closed = true;
      if (status.isOk()) {
        out.onCompleted();
      } else {
        out.onError(status.asException());
      }
    }
  }
}
