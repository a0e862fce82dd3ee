package dev.weft.agent.ca;

import dev.weft.agent.ca.Authority.Line;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an authority is, without its keys. Immutable.
 *
 * @param since when the phase began; {@code null} where nothing rotates
 * @param until when the last root leaves; {@code null} in other phases
 * @param certificates roots and intermediates, each with what it does
 */
public record AuthorityStatus(
    Phase phase, @Nullable Instant since, @Nullable Instant until, List<Held> certificates) {

  public AuthorityStatus {
    certificates = List.copyOf(certificates);
  }

  /** Where the rotation of the root is. */
  public enum Phase {
    /** There is one root. */
    STEADY,
    /** The next root is being made known. */
    SPREADING,
    /** The next root signs, the last one is still trusted. */
    RETIRING
  }

  /** What a certificate is there for. */
  public enum Use {
    SIGNING,
    NEXT,
    LAST
  }

  /**
   * A certificate of the authority.
   *
   * @param root whether it is a root
   * @param renewable whether the agent can make its successor
   */
  public record Held(X509Certificate certificate, boolean root, Use use, boolean renewable) {}

  static AuthorityStatus of(Authority authority) {
    List<Held> held = new ArrayList<>();
    add(held, authority.current(), Use.SIGNING);
    return switch (authority.rotation()) {
      case Authority.Steady _ -> new AuthorityStatus(Phase.STEADY, null, null, held);
      case Authority.Spreading(Line next, Instant since) -> {
        add(held, next, Use.NEXT);
        yield new AuthorityStatus(Phase.SPREADING, since, null, held);
      }
      case Authority.Retiring(Line last, Instant since, Instant until) -> {
        add(held, last, Use.LAST);
        yield new AuthorityStatus(Phase.RETIRING, since, until, held);
      }
    };
  }

  /** The root that is being made known; {@code null}: none is. */
  public @Nullable X509Certificate next() {
    for (Held one : certificates) {
      if (one.root() && one.use() == Use.NEXT) {
        return one.certificate();
      }
    }
    return null;
  }

  private static void add(List<Held> held, Line line, Use use) {
    boolean renewable = line.rootKey() != null;
    held.add(new Held(line.root(), true, use, false));
    held.add(new Held(line.signing().certificate(), false, use, renewable));
    line.between().forEach(one -> held.add(new Held(one, false, use, false)));
  }
}
