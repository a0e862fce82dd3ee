package dev.weft.agent.xds;

import com.google.protobuf.Message;
import dev.weft.agent.compile.Compiler;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateReader;
import dev.weft.agent.state.StateWriter;
import dev.weft.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Owns all ADS streams, on the one thread {@code weft-xds}: what the nodes announce goes to the
 * state, what the state becomes goes to the nodes. Of several states that arrive while it works
 * only the last is looked at. Thread-safe from outside.
 */
public final class XdsServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(XdsServer.class);
  private static final int STREAMS_PER_NODE = 8;

  private final StateReader reader;
  private final StateWriter writer;
  private final ExecutorService loop =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("weft-xds").factory());
  private final AtomicReference<@Nullable MeshState> pending = new AtomicReference<>();
  private final LongAdder nacks = new LongAdder();
  private final Compiler compiler = new Compiler();
  private final Set<Session<?, ?>> sessions = new LinkedHashSet<>();
  private final AutoCloseable subscription;
  private @Nullable MeshState compiled;

  /** Serves from now on. */
  public XdsServer(StateReader reader, StateWriter writer) {
    this.reader = reader;
    this.writer = writer;
    this.subscription = reader.subscribe(this::offer);
  }

  /** NACKs since the start, for {@code weft_xds_nacks_total}. */
  public long nacks() {
    return nacks.sum();
  }

  /** The connected nodes, by id. */
  public CompletionStage<List<ProxyStatus>> proxies() {
    CompletableFuture<List<ProxyStatus>> answer = new CompletableFuture<>();
    run(() -> answer.complete(statuses()));
    return answer;
  }

  /**
   * Fingerprints of the roots that each connected node acknowledged, by node id; of a node with
   * several streams what it said on the newest.
   */
  public CompletionStage<Map<String, Set<String>>> trusted() {
    CompletableFuture<Map<String, Set<String>>> answer = new CompletableFuture<>();
    run(() -> {
      Map<String, Set<String>> roots = new HashMap<>();
      for (Session<?, ?> session : sessions) {
        session.node().ifPresent(node -> roots.put(node.nodeId(), session.trusted()));
      }
      answer.complete(Map.copyOf(roots));
    });
    return answer;
  }

  /** Ends the streams of nodes with this identity. */
  public void end(SpiffeId identity) {
    run(() -> {
      for (Session<?, ?> session : List.copyOf(sessions)) {
        if (session.node().filter(node -> node.identity().equals(identity)).isPresent()) {
          session.close(Status.PERMISSION_DENIED.withDescription("the identity is denied"));
          ended(session);
        }
      }
    });
  }

  /** Ends every stream. */
  @Override
  public void close() throws Exception {
    subscription.close();
    run(() ->
        List.copyOf(sessions)
            .forEach(
                session -> session.close(Status.UNAVAILABLE.withDescription("the agent stops"))));
    loop.shutdown();
    if (!loop.awaitTermination(2, TimeUnit.SECONDS)) {
      LOG.warn("the xDS thread did not end in time");
    }
  }

  void opened(Session<?, ?> session) {
    run(() -> {
      sessions.add(session);
      session.more();
    });
  }

  <Q extends Message> void received(Session<Q, ?> session, Q request, SpiffeId caller) {
    run(() ->
        guarded(
            session,
            () -> {
              if (!sessions.contains(session)) {
                return;
              }
              if (session.node().isEmpty()) {
                introduce(session, session.node(request), caller);
              }
              Optional<String> refusal = session.request(request);
              refusal.ifPresent(reason -> refused(session, session.typeUrl(request), reason));
              flush(session);
              session.more();
            }));
  }

  void writable(Session<?, ?> session) {
    run(() -> guarded(session, () -> flush(session)));
  }

  void closed(Session<?, ?> session, Status status) {
    run(() -> {
      session.close(status);
      ended(session);
    });
  }

  private void offer(MeshState state) {
    if (pending.getAndSet(state) == null) {
      run(this::publish);
    }
  }

  private void publish() {
    MeshState state = pending.getAndSet(null);
    if (state == null) {
      return;
    }
    compiler.update(state);
    compiled = state;
    for (Session<?, ?> session : List.copyOf(sessions)) {
      guarded(session, () -> flush(session));
    }
  }

  /**
   * Sends what the client lacks, and tells the state what it serves by now. A node that the
   * compiled state does not know waits for the one that does: by this one it would be told to drop
   * what it has.
   */
  private void flush(Session<?, ?> session) {
    MeshState state = compiled;
    NodeAnnouncement node = session.node().orElse(null);
    if (state == null || node == null || !node.equals(state.nodes().get(node.nodeId()))) {
      return;
    }
    session.flush(compiler, state.version());
    // Of several streams of a node the newest says what it serves. To find it takes a look at all
    // streams: only where there is something to say.
    if (session.servesAnew() && of(node.nodeId()).getLast() == session) {
      session
          .reportServed()
          .ifPresent(names -> writer.submit(new Delta.NodeServes(node.nodeId(), names)));
    }
  }

  /** What goes wrong with one stream ends that stream and no other. */
  private void guarded(Session<?, ?> session, Step step) {
    try {
      step.run();
    } catch (StatusException e) {
      LOG.warnf(
          "ended a stream of node %s: %s",
          session.node().map(NodeAnnouncement::nodeId).orElse("?"), e.getMessage());
      session.close(e.getStatus());
      ended(session);
    } catch (RuntimeException e) {
      LOG.error("bug: a stream could not be served", e);
      session.close(Status.INTERNAL.withDescription("an error in the agent; its log says more"));
      ended(session);
    }
  }

  private interface Step {
    void run() throws StatusException;
  }

  private void introduce(Session<?, ?> session, Node announced, SpiffeId caller)
      throws StatusException {
    NodeAnnouncement node =
        switch (NodeReader.read(announced, caller)) {
          case NodeReader.Read.Known(NodeAnnouncement known) -> known;
          case NodeReader.Read.Refused(Status status) -> throw status.asException();
        };
    MeshState state = reader.current();
    NodeAnnouncement holder = state.nodes().get(node.nodeId());
    if (holder != null && !holder.identity().equals(caller)) {
      throw Status.PERMISSION_DENIED
          .withDescription("node.id: " + node.nodeId() + " is in use by " + holder.identity())
          .asException();
    }
    List<Session<?, ?>> same = of(node.nodeId());
    if (same.size() >= STREAMS_PER_NODE) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription("more than " + STREAMS_PER_NODE + " streams")
          .asException();
    }
    if (same.stream()
        .anyMatch(
            other -> other.node().filter(one -> !one.identity().equals(caller)).isPresent())) {
      throw Status.PERMISSION_DENIED
          .withDescription("node.id: in use by another identity")
          .asException();
    }
    Set<String> before = holder == null ? Set.of() : state.served().get(node.nodeId());
    session.introduce(node, before);
    LOG.infof("node %s, %s, is connected", node.nodeId(), node.identity());
    if (holder == null) {
      writer.submit(new Delta.NodeServes(node.nodeId(), Set.of()));
    }
    writer.submit(new Delta.NodeUp(node));
  }

  private void ended(Session<?, ?> session) {
    if (!sessions.remove(session)) {
      return;
    }
    session
        .node()
        .filter(node -> of(node.nodeId()).isEmpty())
        .ifPresent(node -> {
          LOG.infof("node %s is gone", node.nodeId());
          writer.submit(new Delta.NodeDown(node.nodeId()));
        });
  }

  private List<Session<?, ?>> of(String nodeId) {
    List<Session<?, ?>> found = new ArrayList<>();
    for (Session<?, ?> session : sessions) {
      if (session.node().filter(node -> node.nodeId().equals(nodeId)).isPresent()) {
        found.add(session);
      }
    }
    return found;
  }

  private void refused(Session<?, ?> session, String typeUrl, String reason) {
    nacks.increment();
    LOG.warnf(
        "node %s refused %s: %s",
        session.node().map(NodeAnnouncement::nodeId).orElse("?"), typeUrl, reason);
  }

  private List<ProxyStatus> statuses() {
    List<ProxyStatus> statuses = new ArrayList<>();
    for (Session<?, ?> session : sessions) {
      session
          .node()
          .ifPresent(node ->
              statuses.add(
                  new ProxyStatus(
                      node,
                      session.acks().entrySet().stream()
                          .map(entry ->
                              new ProxyStatus.TypeStatus(
                                  entry.getKey().typeUrl(),
                                  entry.getValue().acknowledged(),
                                  entry.getValue().nack().orElse("")))
                          .toList())));
    }
    statuses.sort(Comparator.comparing(status -> status.node().nodeId()));
    return statuses;
  }

  private void run(Runnable task) {
    try {
      loop.execute(() -> {
        try {
          task.run();
        } catch (RuntimeException e) {
          LOG.error("bug: a task of the xDS server failed", e);
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.debug("the xDS server has ended", e);
    }
  }
}
