package dev.weft.agent.attest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * What identities may speak for, kept over restarts. An identity that enrols with several tokens
 * may speak for the services of all of them, until the last certificate that it was given has ended
 * and a day more is over: by then nobody can show one, and a new one takes a token again.
 * Thread-safe; all but the constructor blocks on the disk.
 */
public final class Enrolments {
  private static final Logger LOG = Logger.getLogger(Enrolments.class);
  private static final String KIND = "enrolments";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Clocks differ, and an agent may have been away. */
  static final Duration GRACE = Duration.ofHours(24);

  /** A renewal that adds less than this to the end is not worth a write. */
  private static final Duration WORTH_WRITING = Duration.ofHours(1);

  private final ResourceStore store;
  private final StateWriter state;
  private final InstantSource clock;
  private final Duration longestLife;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<SpiffeId, Known> enrolments = new HashMap<>();

  /**
   * @param until when the last certificate has ended
   */
  private record Known(Enrolment enrolment, Instant until) {}

  /**
   * Loads what an earlier start left and tells the state.
   *
   * @param clock wall clock
   * @param longestLife of a certificate
   * @throws IOException when the store cannot be read
   */
  public Enrolments(
      ResourceStore store, StateWriter state, InstantSource clock, Duration longestLife)
      throws IOException {
    this.store = store;
    this.state = state;
    this.clock = clock;
    this.longestLife = longestLife;
    for (Map.Entry<String, byte[]> entry : store.loadAll(KIND).resources().entrySet()) {
      try {
        load(SpiffeId.parse(entry.getKey()), JSON.readTree(entry.getValue()));
      } catch (IOException | IllegalArgumentException | DateTimeException e) {
        LOG.errorf(
            "enrolment %s is not understood and left out: %s", entry.getKey(), e.getMessage());
      }
    }
  }

  private void load(SpiffeId identity, JsonNode content) {
    Set<String> services = new HashSet<>();
    content.path("services").forEach(service -> services.add(service.asText()));
    // Of before there were ends in the files: a certificate may just have been signed.
    Instant until =
        content.hasNonNull("until") ? Instant.parse(content.get("until").asText()) : longest();
    Enrolment enrolment = new Enrolment(identity, services);
    enrolments.put(identity, new Known(enrolment, until));
    state.submit(new Delta.Enrolled(enrolment));
  }

  /**
   * Adds to what the identity may speak for; it is about to be given a certificate.
   *
   * @throws IOException when it is not known to be durable; the state then still has the old value
   */
  public void record(SpiffeId identity, Set<String> services) throws IOException {
    lock.lock();
    try {
      Known before = enrolments.get(identity);
      Set<String> all = new HashSet<>(services);
      if (before != null && !ended(before)) {
        all.addAll(before.enrolment().services());
      }
      Enrolment after = new Enrolment(identity, all);
      boolean changed = before == null || !after.equals(before.enrolment());
      if (before == null || changed || worthWriting(before)) {
        write(after);
      }
      if (changed) {
        state.submit(new Delta.Enrolled(after));
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The identity is about to be given a new certificate for its present one.
   *
   * @throws IOException when it is not known to be durable; after a restart the enrolment may then
   *     end too early
   */
  public void renewed(SpiffeId identity) throws IOException {
    lock.lock();
    try {
      Known known = enrolments.get(identity);
      if (known != null && worthWriting(known)) {
        write(known.enrolment());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Forgets the enrolments that are over.
   *
   * @throws IOException when one could not be removed; it is tried again with the next call
   */
  public void expire() throws IOException {
    lock.lock();
    try {
      for (Iterator<Known> all = enrolments.values().iterator(); all.hasNext(); ) {
        Known known = all.next();
        if (ended(known)) {
          SpiffeId identity = known.enrolment().identity();
          store.delete(KIND, identity.uri());
          all.remove();
          state.submit(new Delta.EnrolmentEnded(identity));
          LOG.infof(
              "the enrolment of %s is over: its certificates ended at %s", identity, known.until());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean ended(Known known) {
    return known.until().plus(GRACE).isBefore(clock.instant());
  }

  private boolean worthWriting(Known known) {
    return known.until().isBefore(longest().minus(WORTH_WRITING));
  }

  private Instant longest() {
    return clock.instant().plus(longestLife);
  }

  private void write(Enrolment enrolment) throws IOException {
    Instant until = longest();
    String uri = enrolment.identity().uri();
    ObjectNode content =
        JSON.createObjectNode().put("identity", uri).put("until", until.toString());
    enrolment.services().stream().sorted().forEach(content.putArray("services")::add);
    store.put(KIND, uri, content);
    enrolments.put(enrolment.identity(), new Known(enrolment, until));
  }
}
