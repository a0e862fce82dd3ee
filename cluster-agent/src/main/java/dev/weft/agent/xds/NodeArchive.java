package dev.weft.agent.xds;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateReader;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.store.ResourceStore;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps announcements over a restart of the agent: a restarted one begins with every node that was
 * there, as if its stream had just ended, so that no endpoint goes out of service while the nodes
 * connect again. Writes behind the state on a thread of its own; what a crash loses is at most what
 * was announced in the last moments, and is announced again.
 */
public final class NodeArchive implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(NodeArchive.class);
  private static final String KIND = "nodes";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResourceStore store;
  private final ExecutorService disk =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("weft-node-archive").factory());
  private final AtomicReference<@Nullable Map<String, NodeAnnouncement>> pending =
      new AtomicReference<>();
  private final Map<String, NodeAnnouncement> kept = new HashMap<>();
  private @Nullable AutoCloseable subscription;

  /**
   * Tells what an earlier start left.
   *
   * @throws IOException when the store cannot be read
   */
  public NodeArchive(ResourceStore store, StateWriter writer) throws IOException {
    this.store = store;
    for (Map.Entry<String, byte[]> entry : store.loadAll(KIND).resources().entrySet()) {
      try {
        NodeAnnouncement node = JSON.readValue(entry.getValue(), NodeAnnouncement.class);
        kept.put(node.nodeId(), node);
        writer.submit(new Delta.NodeUp(node));
        writer.submit(new Delta.NodeDown(node.nodeId()));
      } catch (IOException e) {
        LOG.warnf("node %s is not understood and left out: %s", entry.getKey(), e.getMessage());
      }
    }
  }

  /** Keeps what comes. To be called once, when what was told at the start is in the state. */
  public void follow(StateReader reader) {
    subscription = reader.subscribe(this::offer);
  }

  @Override
  public void close() throws Exception {
    AutoCloseable subscribed = subscription;
    if (subscribed != null) {
      subscribed.close();
    }
    disk.shutdown();
    if (!disk.awaitTermination(2, TimeUnit.SECONDS)) {
      LOG.warn("the last announcements are not kept");
    }
  }

  private void offer(MeshState state) {
    if (pending.getAndSet(state.nodes()) == null) {
      disk.execute(this::write);
    }
  }

  private void write() {
    Map<String, NodeAnnouncement> now = pending.getAndSet(null);
    if (now == null) {
      return;
    }
    try {
      for (String gone : new HashSet<>(kept.keySet())) {
        if (!now.containsKey(gone)) {
          store.delete(KIND, gone);
          kept.remove(gone);
        }
      }
      for (NodeAnnouncement node : now.values()) {
        if (!node.equals(kept.get(node.nodeId()))) {
          store.put(KIND, node.nodeId(), JSON.valueToTree(node));
          kept.put(node.nodeId(), node);
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.errorf(e, "announcements of nodes are not kept: %s", e.getMessage());
    }
  }
}
