package dev.weft.agent.attest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * What identities may speak for, kept over restarts. An identity that enrols with several tokens
 * may speak for the services of all of them. Thread-safe; {@link #record} blocks on the disk.
 */
public final class Enrolments {
  private static final Logger LOG = Logger.getLogger(Enrolments.class);
  private static final String KIND = "enrolments";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResourceStore store;
  private final StateWriter state;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<SpiffeId, Enrolment> enrolments = new HashMap<>();

  /**
   * Loads what an earlier start left and tells the state.
   *
   * @throws IOException when the store cannot be read
   */
  public Enrolments(ResourceStore store, StateWriter state) throws IOException {
    this.store = store;
    this.state = state;
    for (Map.Entry<String, byte[]> entry : store.loadAll(KIND).resources().entrySet()) {
      try {
        Set<String> services = new HashSet<>();
        JSON.readTree(entry.getValue())
            .path("services")
            .forEach(service -> services.add(service.asText()));
        Enrolment enrolment = new Enrolment(SpiffeId.parse(entry.getKey()), services);
        enrolments.put(enrolment.identity(), enrolment);
        state.submit(new Delta.Enrolled(enrolment));
      } catch (IOException | IllegalArgumentException e) {
        LOG.errorf(
            "enrolment %s is not understood and left out: %s", entry.getKey(), e.getMessage());
      }
    }
  }

  /**
   * Adds to what the identity may speak for.
   *
   * @throws IOException when it is not known to be durable; the state then still has the old value
   */
  public void record(SpiffeId identity, Set<String> services) throws IOException {
    lock.lock();
    try {
      Enrolment before = enrolments.get(identity);
      Set<String> all = new HashSet<>(services);
      if (before != null) {
        all.addAll(before.services());
      }
      Enrolment after = new Enrolment(identity, all);
      if (after.equals(before)) {
        return;
      }
      ObjectNode content = JSON.createObjectNode().put("identity", identity.uri());
      all.stream().sorted().forEach(content.putArray("services")::add);
      store.put(KIND, identity.uri(), content);
      enrolments.put(identity, after);
      state.submit(new Delta.Enrolled(after));
    } finally {
      lock.unlock();
    }
  }
}
