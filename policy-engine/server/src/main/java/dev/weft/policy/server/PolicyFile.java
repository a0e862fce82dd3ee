package dev.weft.policy.server;

import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.xds.Problem;
import dev.weft.policy.xds.Problems;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads the policy file. Pure: text in, a policy or all of its problems out.
 *
 * <pre>{@code
 * rules:
 *   - name: orders-read-payments
 *     principals: ["spiffe://east.demo/ns/default/sa/orders", "spiffe://west.demo/*"]
 *     methods: [GET, HEAD]       # any when left out
 *     paths: ["/payments/*"]     # any when left out
 * }</pre>
 *
 * <p>A request is allowed when one rule accepts its principal, its method and its path. A name that
 * ends in {@code *} stands for every name that begins so; a lone {@code *} among the principals is
 * every verified peer. Nothing else is allowed.
 */
final class PolicyFile {

  /** The largest file, in characters. */
  static final int LONGEST = 4 * 1024 * 1024;

  private PolicyFile() {}

  /** What became of a file. */
  sealed interface Read {
    /** It is understood in full. */
    record Accepted(RbacPolicy policy) implements Read {}

    /** At least one problem. */
    record Refused(List<Problem> problems) implements Read {}
  }

  static Read read(String yaml) {
    Problems problems = Problems.at("");
    if (yaml.length() > LONGEST) {
      problems.add("longer than " + LONGEST + " characters");
      return new Read.Refused(problems.found());
    }
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(0);
    options.setNestingDepthLimit(16);
    options.setCodePointLimit(LONGEST);
    Object document;
    try {
      document = new Yaml(new SafeConstructor(options)).load(yaml);
    } catch (YAMLException e) {
      problems.add("not YAML: " + e.getMessage());
      return new Read.Refused(problems.found());
    }
    RbacPolicy policy = RuleReader.policy(document, problems);
    return policy == null ? new Read.Refused(problems.found()) : new Read.Accepted(policy);
  }
}
