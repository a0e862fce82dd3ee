package dev.weft.policy.istio.cases;

import dev.weft.policy.istio.decide.Question;
import dev.weft.policy.istio.decide.Question.Header;
import dev.weft.policy.istio.decide.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request, and what is expected to become of it.
 *
 * @param by namespace and name of the policy that has to decide; empty: whichever
 * @param upstream headers that the application sees, by lower-case name, with the begin of their
 *     value; empty: it does not see one
 */
public record PolicyCase(
    String name,
    Question question,
    Verdict.Outcome expect,
    String by,
    Map<String, String> upstream) {

  public PolicyCase {
    upstream = Map.copyOf(upstream);
  }

  /** What is not as expected, in one line; empty: nothing. */
  String trouble(Verdict verdict) {
    if (verdict.outcome() != expect) {
      return "expected " + expect.words() + ", got " + verdict.outcome().words();
    }
    if (!by.isEmpty() && !verdict.policy().equals(by)) {
      String found = verdict.policy().isEmpty() ? "by no policy" : "by " + verdict.policy();
      return "expected " + expect.words() + " by " + by + ", got it " + found;
    }
    return expect == Verdict.Outcome.ALLOW ? unseen(verdict.upstream()) : "";
  }

  private String unseen(List<Header> seen) {
    return upstream.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(wanted -> !isSeen(wanted.getKey(), wanted.getValue(), seen))
        .map(wanted ->
            wanted.getValue().isEmpty()
                ? "the application would see the header " + wanted.getKey()
                : "the application would not see the header "
                    + wanted.getKey()
                    + " as it is expected")
        .findFirst()
        .orElse("");
  }

  private static boolean isSeen(String name, String begin, List<Header> seen) {
    List<String> values =
        seen.stream().filter(one -> one.name().equals(name)).map(Header::value).toList();
    return begin.isEmpty()
        ? values.isEmpty()
        : values.stream()
            .anyMatch(
                value -> value.toLowerCase(Locale.ROOT).startsWith(begin.toLowerCase(Locale.ROOT)));
  }
}
