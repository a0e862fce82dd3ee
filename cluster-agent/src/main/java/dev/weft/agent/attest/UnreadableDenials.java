package dev.weft.agent.attest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.model.Fingerprint;
import dev.weft.policy.identity.SpiffeId;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Denials of which nobody knows any more whom they mean. Their ids are made from their subjects, so
 * whoever asks for something is still recognized, and a subject that is found in what is left of a
 * file is proved by its id. Thread-safe; never blocks.
 */
final class UnreadableDenials {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");
  private static final Pattern IDENTITY = Pattern.compile("spiffe://[A-Za-z0-9._/-]{1,2048}");
  private static final Pattern SERIAL = Pattern.compile("(?<![0-9a-f])[0-9a-f]{1,40}(?![0-9a-f])");

  private final Map<String, String> reasons = new ConcurrentHashMap<>();

  /** The id of a denial of this subject. */
  static String id(Denial.Subject subject) {
    return Fingerprint.of(subject.text().getBytes(UTF_8)).substring(0, 16);
  }

  /** Whether a denial can have this id. */
  static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  /** Whose denial of this id it is, as far as what is left of its file says. */
  static Optional<Denial.Subject> salvage(String id, String content) {
    for (Matcher found = IDENTITY.matcher(content); found.find(); ) {
      Optional<Denial.Subject> subject = identity(found.group());
      if (subject.isPresent() && id(subject.get()).equals(id)) {
        return subject;
      }
    }
    for (Matcher found = SERIAL.matcher(content.toLowerCase(Locale.ROOT)); found.find(); ) {
      Denial.Subject subject = new Denial.Serial(new BigInteger(found.group(), 16));
      if (id(subject).equals(id)) {
        return Optional.of(subject);
      }
    }
    return Optional.empty();
  }

  private static Optional<Denial.Subject> identity(String text) {
    try {
      return Optional.of(new Denial.Identity(SpiffeId.parse(text)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  void add(String id, String reason) {
    reasons.put(id, reason);
  }

  /** Somebody said whom it means, or took it back; whether there was one. */
  boolean remove(String id) {
    return reasons.remove(id) != null;
  }

  boolean has(String id) {
    return reasons.containsKey(id);
  }

  boolean isEmpty() {
    return reasons.isEmpty();
  }

  /** Why each cannot be read, by its id. */
  Map<String, String> reasons() {
    return new TreeMap<>(reasons);
  }

  /** Whether one of them means this subject. */
  boolean mean(Denial.Subject subject) {
    return !reasons.isEmpty() && reasons.containsKey(id(subject));
  }
}
