package dev.weft.agent.attest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.document.Problem;
import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Makes and redeems join tokens, {@code weft_<id>_<secret>}. A token is durable before it is shown,
 * a use is durable before it counts, only a hash of the secret is kept. Thread-safe; calls block on
 * the disk.
 */
public final class JoinTokens {
  /** Longest life of a token. */
  public static final Duration LONGEST_TTL = Duration.ofDays(30);

  /** Most uses of a token. */
  public static final int MOST_USES = 10_000;

  private static final Logger LOG = Logger.getLogger(JoinTokens.class);
  private static final String KIND = "join-tokens";
  private static final int MOST_SERVICES = 64;
  private static final Pattern TOKEN = Pattern.compile("weft_([0-9a-f]{16})_([A-Za-z0-9_-]{43})");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResourceStore store;
  private final TrustDomain trustDomain;
  private final InstantSource clock;
  private final SecureRandom random;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, JoinToken> tokens = new HashMap<>();

  /**
   * Loads what an earlier start left.
   *
   * @throws IOException when the store cannot be read
   */
  public JoinTokens(
      ResourceStore store, TrustDomain trustDomain, InstantSource clock, SecureRandom random)
      throws IOException {
    this.store = store;
    this.trustDomain = trustDomain;
    this.clock = clock;
    this.random = random;
    for (Map.Entry<String, byte[]> entry : store.loadAll(KIND).resources().entrySet()) {
      try {
        tokens.put(entry.getKey(), JSON.readValue(entry.getValue(), JoinToken.class));
      } catch (IOException e) {
        LOG.errorf(
            "join token %s is not understood and left out: %s", entry.getKey(), e.getMessage());
      }
    }
  }

  /** What {@link #create} says. */
  public sealed interface Creation {}

  /**
   * A token, to be shown this once.
   *
   * @param token never logged
   */
  public record Created(String id, String token, Instant expiresAt) implements Creation {
    @Override
    public String toString() {
      return "Created[" + id + "]";
    }
  }

  /** Nothing was created. */
  public record Refused(List<Problem> problems) implements Creation {}

  /**
   * Makes a token.
   *
   * @param wanted lives at most {@link #LONGEST_TTL} and has at most {@link #MOST_USES} uses
   * @throws IOException when it could not be made durable; then it does not exist
   */
  public Creation create(JoinTokenDocument wanted) throws IOException {
    List<Problem> problems = problems(wanted);
    if (!problems.isEmpty()) {
      return new Refused(problems);
    }
    byte[] secretBytes = new byte[32];
    byte[] idBytes = new byte[8];
    random.nextBytes(secretBytes);
    random.nextBytes(idBytes);
    String id = HexFormat.of().formatHex(idBytes);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(secretBytes);
    Instant expiresAt = clock.instant().plus(wanted.ttl());
    Set<String> speaksFor =
        !wanted.services().isEmpty() || wanted.role() == Role.GATEWAY
            ? wanted.services()
            : Set.of(wanted.serviceAccount());
    JoinToken token =
        new JoinToken(
            id,
            hash(secret),
            wanted.namespace(),
            wanted.serviceAccount(),
            speaksFor,
            wanted.role(),
            expiresAt.toEpochMilli(),
            wanted.uses(),
            Set.of());
    lock.lock();
    try {
      forgetExpired();
      keep(token);
    } finally {
      lock.unlock();
    }
    return new Created(id, "weft_" + id + "_" + secret, expiresAt);
  }

  /**
   * Who the bearer of this token may become; empty when it is unknown, spent or expired (which of
   * them is nobody's business). Nothing is used up.
   *
   * @param key DER of the public key that is to be enrolled
   */
  public Optional<Attestation> attest(String token, byte[] key) {
    lock.lock();
    try {
      return find(token)
          .filter(found -> found.usesLeft() > 0 || found.keys().contains(hash(key)))
          .map(found -> attestation(found));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts one use of the token for this key; {@code false} when there is none left. Durable when
   * it returns {@code true}.
   */
  public boolean use(String token, byte[] key) throws IOException {
    lock.lock();
    try {
      Optional<JoinToken> found = find(token);
      if (found.isEmpty()) {
        return false;
      }
      JoinToken now = found.get();
      String keyHash = hash(key);
      if (now.keys().contains(keyHash)) {
        return true;
      }
      if (now.usesLeft() < 1) {
        return false;
      }
      Set<String> keys = new HashSet<>(now.keys());
      keys.add(keyHash);
      keep(
          new JoinToken(
              now.id(),
              now.secretHash(),
              now.namespace(),
              now.serviceAccount(),
              now.services(),
              now.role(),
              now.expiresAtMillis(),
              now.usesLeft() - 1,
              keys));
      return true;
    } finally {
      lock.unlock();
    }
  }

  private Optional<JoinToken> find(String text) {
    var matcher = TOKEN.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    JoinToken token = tokens.get(matcher.group(1));
    if (token == null || token.expired(clock.instant())) {
      return Optional.empty();
    }
    boolean right =
        MessageDigest.isEqual(
            token.secretHash().getBytes(UTF_8), hash(matcher.group(2)).getBytes(UTF_8));
    return right ? Optional.of(token) : Optional.empty();
  }

  private Attestation attestation(JoinToken token) {
    return new Attestation(
        new SpiffeId(trustDomain, token.namespace(), token.serviceAccount()),
        token.services(),
        token.role());
  }

  private void keep(JoinToken token) throws IOException {
    store.put(KIND, token.id(), JSON.valueToTree(token));
    tokens.put(token.id(), token);
  }

  private void forgetExpired() throws IOException {
    Instant now = clock.instant();
    for (JoinToken token : List.copyOf(tokens.values())) {
      if (token.expired(now)) {
        store.delete(KIND, token.id());
        tokens.remove(token.id());
      }
    }
  }

  private static List<Problem> problems(JoinTokenDocument wanted) {
    List<Problem> problems = new ArrayList<>();
    Set<String> services = wanted.services();
    label(problems, "namespace", wanted.namespace());
    label(problems, "serviceAccount", wanted.serviceAccount());
    if (services.size() > MOST_SERVICES) {
      problems.add(new Problem("services", "at most " + MOST_SERVICES + " services"));
    }
    services.stream()
        .sorted()
        .limit(MOST_SERVICES)
        .forEach(service -> label(problems, "services", service));
    boolean own = wanted.namespace().equals(WellKnown.NAMESPACE);
    if (wanted.role() == Role.GATEWAY && !(own && wanted.serviceAccount().equals("gateway"))) {
      problems.add(
          new Problem("role", "a gateway is namespace weft-system, serviceAccount gateway"));
    }
    if (wanted.role() == Role.SIDECAR && own) {
      problems.add(new Problem("namespace", "weft-system is for the mesh's own parts"));
    }
    Duration ttl = wanted.ttl();
    if (ttl.isNegative() || ttl.isZero() || ttl.compareTo(LONGEST_TTL) > 0) {
      problems.add(new Problem("ttlSeconds", "expected 1 to " + LONGEST_TTL.toSeconds()));
    }
    if (wanted.uses() < 1 || wanted.uses() > MOST_USES) {
      problems.add(new Problem("uses", "expected 1 to " + MOST_USES));
    }
    return problems;
  }

  private static void label(List<Problem> problems, String field, String value) {
    if (!DnsLabel.matches(value)) {
      problems.add(
          new Problem(field, "expected a DNS label in lower case of at most 63 characters"));
    }
  }

  private static String hash(String text) {
    return hash(text.getBytes(UTF_8));
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
