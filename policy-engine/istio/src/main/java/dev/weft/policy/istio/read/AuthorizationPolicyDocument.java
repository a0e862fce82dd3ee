package dev.weft.policy.istio.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.AuthorizationPolicy;
import dev.weft.policy.istio.AuthorizationPolicy.Action;
import dev.weft.policy.istio.AuthorizationPolicy.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code AuthorizationPolicy} of {@code security.istio.io/v1} and {@code v1beta1}. */
public final class AuthorizationPolicyDocument {

  /** The kind's name in the store and in URLs. */
  public static final String KIND = "authorization-policies";

  /** The annotation that makes a policy say only what it would decide. */
  public static final String DRY_RUN = "istio.io/dry-run";

  /** The fields of {@code spec}. */
  static final Set<String> SPEC =
      Set.of("selector", "targetRef", "targetRefs", "rules", "action", "provider");

  static final Set<String> PROVIDER = Set.of("name");

  private static final Pattern PROVIDER_NAME =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

  private AuthorizationPolicyDocument() {}

  /** Reads a document whose URL names it so. */
  public static Validated<AuthorizationPolicy> read(
      JsonNode document, String namespace, String name) {
    List<Problem> problems = new ArrayList<>();
    SecurityDocument head =
        SecurityDocument.read(document, "AuthorizationPolicy", namespace, name, SPEC, problems);
    Fields spec = head.spec();
    Attachment attachment = head.attachment();
    Action action = action(spec);
    String provider = provider(spec, action);
    List<JsonNode> elements = spec.array("rules");
    if (elements.isEmpty() && (action == Action.DENY || action == Action.CUSTOM)) {
      spec.problem("rules", action + " without rules does nothing; a rule {} is for every request");
    }
    List<Rule> rules = new ArrayList<>();
    for (JsonNode element : elements) {
      String at = spec.at("rules[" + rules.size() + "]");
      if (element.isNull()) {
        problems.add(new Problem(at, "expected an object; {} is for every request"));
      }
      rules.add(RuleReader.read(spec.element(element, at, RuleReader.RULE), action));
    }
    String dryRun = head.annotations().getOrDefault(DRY_RUN, "false");
    List<String> remarks = new ArrayList<>();
    if (!TRUE.contains(dryRun) && !FALSE.contains(dryRun)) {
      remarks.add(
          "the annotation "
              + DRY_RUN
              + " is neither true nor false, \""
              + Fields.brief(dryRun)
              + "\": the policy is enforced");
    }
    remarks.addAll(LiteralStars.in(rules));
    return Validated.of(
        problems,
        () ->
            new AuthorizationPolicy(
                head.name(), attachment, action, provider, isDryRun(dryRun), rules, remarks));
  }

  private static Action action(Fields spec) {
    Optional<String> text = spec.text("action");
    return switch (text.orElse("ALLOW")) {
      case "ALLOW" -> Action.ALLOW;
      case "DENY" -> Action.DENY;
      case "AUDIT" -> Action.AUDIT;
      case "CUSTOM" -> Action.CUSTOM;
      default -> {
        spec.problem(
            "action",
            "expected ALLOW, DENY, AUDIT or CUSTOM, found \""
                + Fields.brief(text.orElse(""))
                + "\"");
        yield Action.ALLOW;
      }
    };
  }

  private static String provider(Fields spec, Action action) {
    if (action != Action.CUSTOM) {
      if (spec.has("provider")) {
        spec.problem("provider", "belongs to CUSTOM, not to " + action);
      }
      return "";
    }
    Fields provider = spec.object("provider", PROVIDER);
    Optional<String> name = provider.requiredText("name");
    name.filter(found -> !PROVIDER_NAME.matcher(found).matches())
        .ifPresent(_ ->
            provider.problem(
                "name", "expected a DNS label in lower case of at most 63 characters"));
    return name.orElse("");
  }

  /** Whether this value of {@link #DRY_RUN} says so; whatever else it is, the policy holds. */
  static boolean isDryRun(String text) {
    return TRUE.contains(text);
  }
}
