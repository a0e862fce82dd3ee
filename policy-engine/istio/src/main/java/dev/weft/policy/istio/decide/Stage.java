package dev.weft.policy.istio.decide;

import dev.weft.policy.authz.NearMiss;
import java.util.List;

/**
 * One look at a request on its way to the application, in the order that they are taken.
 *
 * @param dryRun whether it decides nothing, and only says what it would decide
 * @param passed whether the request goes on, or would
 * @param rule that matched; empty: none did
 * @param provider who is asked; empty: nobody
 * @param reason in one line; holds no header's value and nothing of a token
 * @param nearest of a denial for want of a rule that allows it: those that came nearest
 */
public record Stage(
    Kind kind,
    boolean dryRun,
    boolean passed,
    String rule,
    String provider,
    String reason,
    List<NearMiss> nearest) {

  public Stage {
    nearest = List.copyOf(nearest);
  }

  Stage(Kind kind, boolean passed, String reason) {
    this(kind, false, passed, "", "", reason, List.of());
  }

  /** What is looked at. */
  public enum Kind {
    /** Whether callers have to speak mutual TLS. */
    MTLS("mutual-tls"),
    /** Identities that nobody lets in. */
    DENY_LIST("deny-list"),
    /** The trust domains that the service is for. */
    CALLERS("callers"),
    /** What a provider decides. */
    CUSTOM("custom"),
    /** Tokens that are there have to be valid. */
    TOKENS("tokens"),
    /** What is marked for the log. */
    AUDIT("audit"),
    /** What is denied. */
    DENY("deny"),
    /** What is allowed, where anything says so. */
    ALLOW("allow");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** What the rules of a compiled filter are for; a filter of any other name is a bug. */
    static Kind ofFilter(String name) {
      for (Kind kind : List.of(CUSTOM, AUDIT, DENY, ALLOW)) {
        if ((name + ".").startsWith("authorization." + kind.words + ".")) {
          return kind;
        }
      }
      throw new IllegalStateException("a compiled filter with another name: " + name);
    }

    /** As documents have it. */
    public String words() {
      return words;
    }
  }
}
