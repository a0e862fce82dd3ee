package dev.weft.policy.istio.read;

import dev.weft.policy.document.Fields;
import dev.weft.policy.istio.AuthorizationPolicy.Rule;
import dev.weft.policy.istio.AuthorizationPolicy.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a {@code *} stands for itself: Istio understands one at the beginning or else at the end of
 * a value, and compares every other as it is, which few who write one mean. Pure.
 */
final class LiteralStars {
  /** Of one policy: the others are like these. */
  private static final int MOST_TOLD = 8;

  private LiteralStars() {}

  /** Says which values have one. */
  static List<String> in(List<Rule> rules) {
    List<String> told = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      String at = "rule " + i + ": a * of \"";
      Stream.of(rule.from().stream(), rule.to().stream(), Stream.of(rule.when()))
          .flatMap(alternatives -> alternatives)
          .flatMap(List::stream)
          .flatMap(LiteralStars::values)
          .distinct()
          .forEach(value ->
              told.add(
                  at
                      + Fields.brief(value)
                      + "\" stands for itself: it is understood at the beginning, or else at the"
                      + " end"));
    }
    return told.subList(0, Math.min(MOST_TOLD, told.size()));
  }

  private static Stream<String> values(Term term) {
    return switch (term.attribute()) {
      // Any number of them, anywhere; or none, in blocks, ports and accounts.
      case NAMESPACE, SERVICE_ACCOUNT, SOURCE_IP, REMOTE_IP, DESTINATION_IP, PORT -> Stream.empty();
      case PATH -> values(term, true);
      case PRINCIPAL,
          REQUEST_PRINCIPAL,
          TRUST_DOMAIN,
          HEADER,
          AUDIENCE,
          PRESENTER,
          CLAIM,
          HOST,
          METHOD,
          SERVER_NAME,
          FILTER_METADATA ->
          values(term, false);
    };
  }

  private static Stream<String> values(Term term, boolean templates) {
    return Stream.concat(term.values().stream(), term.notValues().stream())
        .filter(value -> !(templates && value.contains("{")))
        .filter(LiteralStars::literal);
  }

  private static boolean literal(String value) {
    boolean listed = value.length() > 1 && value.startsWith("[") && value.endsWith("]");
    String pattern = listed ? value.substring(1, value.length() - 1) : value;
    if (pattern.startsWith("*")) {
      return pattern.indexOf('*', 1) > 0;
    }
    int first = pattern.indexOf('*');
    return first >= 0 && first < pattern.length() - 1;
  }
}
