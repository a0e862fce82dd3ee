package dev.weft.agent.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * The newest certificate of each node: whose end to expect, and which serial number to deny. Kept
 * over restarts, so that a node that has been away is not forgotten. Thread-safe; all but {@link
 * #all} blocks on the disk.
 */
public final class IssuedCertificates {
  /** Nodes remembered; those beyond get certificates, but no forecast. */
  static final int MOST = 20_000;

  private static final Logger LOG = Logger.getLogger(IssuedCertificates.class);
  private static final String KIND = "issued-certificates";
  private static final Duration REMEMBERED = Duration.ofHours(24);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResourceStore store;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Issued> newest = new ConcurrentHashMap<>();

  /**
   * A node's certificate.
   *
   * @param node its id; empty: it did not say
   * @param serial hexadecimal
   */
  public record Issued(
      String node, SpiffeId identity, String serial, Instant notBefore, Instant notAfter) {}

  /**
   * Loads what an earlier start left.
   *
   * @throws IOException when the store cannot be read
   */
  public IssuedCertificates(ResourceStore store, InstantSource clock) throws IOException {
    this.store = store;
    this.clock = clock;
    for (Map.Entry<String, byte[]> entry : store.loadAll(KIND).resources().entrySet()) {
      try {
        JsonNode content = JSON.readTree(entry.getValue());
        newest.put(
            entry.getKey(),
            new Issued(
                content.path("node").asText(),
                SpiffeId.parse(content.path("identity").asText()),
                content.path("serial").asText(),
                Instant.parse(content.path("notBefore").asText()),
                Instant.parse(content.path("notAfter").asText())));
      } catch (IOException | IllegalArgumentException | DateTimeException e) {
        LOG.errorf(
            "certificate record %s is not understood and left out: %s",
            entry.getKey(), e.getMessage());
      }
    }
  }

  /** By node and identity, those that end first in front. */
  public List<Issued> all() {
    return newest.values().stream()
        .sorted(Comparator.comparing(Issued::notAfter).thenComparing(Issued::node))
        .toList();
  }

  /**
   * A certificate was signed.
   *
   * @throws IOException when it is not known to be durable; it is known until the next restart
   */
  void record(String node, SpiffeId identity, X509Certificate leaf) throws IOException {
    String key = node.isEmpty() ? identity.uri() : node + "@" + identity.uri();
    lock.lock();
    try {
      if (newest.size() >= MOST && !newest.containsKey(key)) {
        return;
      }
      Issued issued =
          new Issued(
              node,
              identity,
              leaf.getSerialNumber().toString(16),
              leaf.getNotBefore().toInstant(),
              leaf.getNotAfter().toInstant());
      newest.put(key, issued);
      store.put(
          KIND,
          key,
          JSON.createObjectNode()
              .put("node", node)
              .put("identity", identity.uri())
              .put("serial", issued.serial())
              .put("notBefore", issued.notBefore().toString())
              .put("notAfter", issued.notAfter().toString()));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Forgets certificates that ended a day ago: their nodes are gone.
   *
   * @throws IOException when one could not be removed; it is tried again with the next call
   */
  public void expire() throws IOException {
    Instant gone = clock.instant().minus(REMEMBERED);
    lock.lock();
    try {
      for (String key : List.copyOf(newest.keySet())) {
        Issued issued = newest.get(key);
        if (issued != null && issued.notAfter().isBefore(gone)) {
          store.delete(KIND, key);
          newest.remove(key);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
