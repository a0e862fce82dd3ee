package dev.weft.policy.istio.decide;

import dev.weft.policy.authz.NearMiss;
import dev.weft.policy.istio.decide.Question.Header;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What would become of a request, and why.
 *
 * @param status of the answer; 0: the connection is closed without one, or it is the application's
 * @param rule that decided, as logs name it; empty: none did
 * @param reason in one line; holds no header's value and nothing of a token
 * @param nearest of a denial for want of a rule that allows it: those that came nearest
 * @param stages in their order, up to the one that decided
 * @param policies those that were asked, by namespace and name
 * @param upstream the headers that the application would see; empty unless it is allowed
 */
public record Verdict(
    Outcome outcome,
    int status,
    String rule,
    String reason,
    List<NearMiss> nearest,
    List<Stage> stages,
    List<String> policies,
    List<Header> upstream) {

  private static final Pattern RULE =
      Pattern.compile("ns\\[([^\\]]*)\\]-policy\\[([^\\]]*)\\]-rule\\[\\d{1,9}\\]");

  public Verdict {
    nearest = List.copyOf(nearest);
    stages = List.copyOf(stages);
    policies = List.copyOf(policies);
    upstream = List.copyOf(upstream);
  }

  /** What becomes of a request. */
  public enum Outcome {
    ALLOW,
    /** Answered by 403; where there are no requests the connection is closed. */
    DENY,
    /** Answered by 401. */
    UNAUTHENTICATED,
    /** The connection is closed: nobody gets as far as a request. */
    REFUSED;

    /** As documents have it. */
    public String words() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Namespace and name of the policy that decided; empty: none did. */
  public String policy() {
    return policy(rule);
  }

  /** Namespace and name of the policy whose rule this is; empty: it is none's. */
  static String policy(String rule) {
    Matcher matcher = RULE.matcher(rule);
    return matcher.find() ? matcher.group(1) + "/" + matcher.group(2) : "";
  }

  /** Who would be asked, in the order that they are. */
  public List<String> asked() {
    return stages.stream().map(Stage::provider).filter(name -> !name.isEmpty()).toList();
  }
}
