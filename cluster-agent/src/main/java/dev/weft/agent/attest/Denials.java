package dev.weft.agent.attest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.model.DeniedPeers;
import dev.weft.agent.store.Loaded;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import java.io.IOException;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The short list of those who are no longer believed: workloads that were compromised, until their
 * certificates have ended or their identity is taken back. Durable before it counts. One whose file
 * cannot be read still denies whom it means. Thread-safe; changes block on the disk, questions do
 * not.
 */
public final class Denials {
  /** Most entries: whoever needs more replaces the authority. */
  public static final int MOST = 1_000;

  /** Characters of a reason. */
  public static final int LONGEST_REASON = 256;

  private static final Logger LOG = Logger.getLogger(Denials.class);
  private static final String KIND = "denials";

  /** The reason of a denial whose own is lost. */
  private static final String RESTORED = "its reason could not be read any more";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SERIAL = Pattern.compile("[0-9a-f]{1,40}");

  private final ResourceStore store;
  private final InstantSource clock;
  private final Duration longestLife;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Denial> denials = new ConcurrentHashMap<>();
  private final List<Consumer<Denial.Subject>> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> taken = new CopyOnWriteArrayList<>();
  private final UnreadableDenials unreadable = new UnreadableDenials();
  private final LongAdder refused = new LongAdder();
  private volatile Set<SpiffeId> identities = Set.of();
  private volatile Set<BigInteger> serials = Set.of();

  /**
   * Loads what an earlier start left.
   *
   * @param longestLife of a certificate: for how long one is remembered
   * @throws IOException when the store cannot be read
   */
  public Denials(ResourceStore store, InstantSource clock, Duration longestLife)
      throws IOException {
    this.store = store;
    this.clock = clock;
    this.longestLife = longestLife;
    Loaded loaded = store.loadAll(KIND);
    for (Map.Entry<String, byte[]> entry : loaded.resources().entrySet()) {
      try {
        load(entry.getKey(), JSON.readTree(entry.getValue()));
      } catch (IOException | IllegalArgumentException | DateTimeException e) {
        restore(entry.getKey(), new String(entry.getValue(), UTF_8), e.getMessage());
      }
    }
    for (Loaded.Corrupt corrupt : loaded.lost()) {
      restore(corrupt.name(), corrupt.content(), corrupt.file() + ": " + corrupt.reason());
    }
    publish();
  }

  /** Finds out whom a denial meant; until somebody can say, it stays one that cannot be read. */
  private void restore(String id, String content, @Nullable String reason) throws IOException {
    if (!UnreadableDenials.isId(id)) {
      LOG.errorf("%s/%s is no denial: %s", KIND, id, reason);
      return;
    }
    Optional<Denial.Subject> subject = UnreadableDenials.salvage(id, content);
    if (subject.isPresent()) {
      write(new Denial(id, subject.get(), RESTORED, clock.instant()));
      LOG.warnf("denial %s was damaged and is whole again: %s", id, subject.get().text());
    } else {
      unreadable.add(id, String.valueOf(reason));
      LOG.errorf("denial %s does not say any more whom it means: %s", id, reason);
    }
  }

  private void write(Denial denial) throws IOException {
    store.put(KIND, denial.id(), content(denial));
    store.forgetCorrupt(KIND, denial.id());
    denials.put(denial.id(), denial);
    unreadable.remove(denial.id());
  }

  /**
   * Looks among those who are known here for whom the denials mean that cannot be read.
   *
   * @throws IOException when what was found is not known to be durable; it can be called again
   */
  public void recognize(Collection<? extends Denial.Subject> known) throws IOException {
    if (unreadable.isEmpty()) {
      return;
    }
    for (Denial.Subject subject : known) {
      if (unreadable.mean(subject)) {
        lock.lock();
        try {
          write(new Denial(UnreadableDenials.id(subject), subject, RESTORED, clock.instant()));
          publish();
          LOG.warnf("a denial that could not be read means %s", subject.text());
        } finally {
          lock.unlock();
        }
        listeners.forEach(listener -> listener.accept(subject));
      }
    }
  }

  /**
   * Why denials cannot be read, by their ids. Whom they mean is still refused by this agent;
   * sidecars cannot be told.
   */
  public Map<String, String> unreadable() {
    return unreadable.reasons();
  }

  /** Whom nobody lets in, for the state. */
  public DeniedPeers denied() {
    return new DeniedPeers(identities, unreadable.isEmpty());
  }

  private void load(String id, JsonNode content) {
    Denial.Subject subject =
        content.hasNonNull("identity")
            ? new Denial.Identity(SpiffeId.parse(content.get("identity").asText()))
            : new Denial.Serial(new BigInteger(content.path("serial").asText(), 16));
    denials.put(
        id,
        new Denial(
            id,
            subject,
            content.path("reason").asText(),
            Instant.parse(content.path("since").asText())));
  }

  /** Is told of each new subject once it is durable, on the thread that denies it. */
  public void onDenied(Consumer<Denial.Subject> listener) {
    listeners.add(listener);
  }

  /** Is called when a denial that could not be read was taken back. */
  public void onUnreadableTaken(Runnable listener) {
    taken.add(listener);
  }

  /** The oldest first. */
  public List<Denial> all() {
    return denials.values().stream()
        .sorted(Comparator.comparing(Denial::since).thenComparing(Denial::id))
        .toList();
  }

  /** The serial numbers denied, of certificates of the own trust domain. */
  public Set<BigInteger> serials() {
    return serials;
  }

  /** Whether this identity is denied. */
  public boolean holds(SpiffeId identity) {
    return identities.contains(identity) || unreadable.mean(new Denial.Identity(identity));
  }

  /**
   * Whether a caller with this certificate is denied; counted if so.
   *
   * @param own whether the certificate is of this trust domain: serials are, and no other's
   */
  public boolean refuses(SpiffeId identity, BigInteger serial, boolean own) {
    boolean denied =
        holds(identity)
            || (own && (serials.contains(serial) || unreadable.mean(new Denial.Serial(serial))));
    if (denied) {
      refused.increment();
    }
    return denied;
  }

  /** Calls and requests refused since the start, for {@code weft_agent_denied_total}. */
  public long refused() {
    return refused.sum();
  }

  /**
   * A serial number as people write it: hexadecimal, in either case, with or without colons.
   *
   * @return empty when it is none
   */
  public static Optional<BigInteger> serial(String text) {
    String plain = text.replace(":", "").toLowerCase(Locale.ROOT);
    return SERIAL.matcher(plain).matches()
        ? Optional.of(new BigInteger(plain, 16))
        : Optional.empty();
  }

  /**
   * Denies from now on; a subject that is denied already keeps its first reason.
   *
   * @return empty: the list is full
   * @throws IOException when it is not known to be durable; then nothing has changed
   */
  public Optional<Denial> deny(Denial.Subject subject, String reason) throws IOException {
    String id = UnreadableDenials.id(subject);
    lock.lock();
    try {
      Denial known = denials.get(id);
      if (known != null) {
        return Optional.of(known);
      }
      if (denials.size() >= MOST && !unreadable.has(id)) {
        return Optional.empty();
      }
      write(new Denial(id, subject, reason, clock.instant()));
      publish();
      LOG.warnf("denied from now on: %s", subject.text());
    } finally {
      lock.unlock();
    }
    listeners.forEach(listener -> listener.accept(subject));
    return Optional.ofNullable(denials.get(id));
  }

  /**
   * Takes a denial back.
   *
   * @return whether there was one
   * @throws IOException when it is not known to be durable; then it still holds
   */
  public boolean allow(String id) throws IOException {
    lock.lock();
    try {
      Denial known = denials.get(id);
      if (known == null && !unreadable.has(id)) {
        return false;
      }
      store.delete(KIND, id);
      store.forgetCorrupt(KIND, id);
      denials.remove(id);
      unreadable.remove(id);
      publish();
      if (known != null) {
        LOG.warnf("no longer denied: %s", known.subject().text());
        listeners.forEach(listener -> listener.accept(known.subject()));
      } else {
        LOG.warnf("denial %s, which could not be read, is taken back", id);
        taken.forEach(Runnable::run);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Forgets certificates that have ended.
   *
   * @throws IOException when one could not be removed; it is tried again with the next call
   */
  public void expire() throws IOException {
    Instant ended = clock.instant().minus(longestLife).minus(Enrolments.GRACE);
    for (Denial denial : List.copyOf(denials.values())) {
      if (denial.subject() instanceof Denial.Serial && denial.since().isBefore(ended)) {
        allow(denial.id());
      }
    }
  }

  private void publish() {
    identities =
        denials.values().stream()
            .map(Denial::subject)
            .filter(Denial.Identity.class::isInstance)
            .map(subject -> ((Denial.Identity) subject).identity())
            .collect(Collectors.toUnmodifiableSet());
    serials =
        denials.values().stream()
            .map(Denial::subject)
            .filter(Denial.Serial.class::isInstance)
            .map(subject -> ((Denial.Serial) subject).number())
            .collect(Collectors.toUnmodifiableSet());
  }

  private static ObjectNode content(Denial denial) {
    ObjectNode content =
        JSON.createObjectNode()
            .put("reason", denial.reason())
            .put("since", denial.since().toString());
    return switch (denial.subject()) {
      case Denial.Identity(SpiffeId identity) -> content.put("identity", identity.uri());
      case Denial.Serial(BigInteger number) -> content.put("serial", number.toString(16));
    };
  }
}
