package dev.weft.proxy.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.proxy.oracle.OracleCase.Attempts;
import dev.weft.proxy.testing.FakeOrigin;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that one subject made of a case.
 *
 * @param answers what the client saw
 * @param arrived what each origin saw, by its id
 * @param logged lines of the case's access log
 */
record Observation(List<Answer> answers, Map<String, List<Arrived>> arrived, List<Object> logged) {

  /** A request at an origin. */
  record Arrived(
      String method,
      String path,
      String host,
      Map<String, String> headers,
      String body,
      Map<String, String> trailers) {

    static Arrived of(FakeOrigin.Request request) {
      Map<String, String> headers = new HashMap<>(Answer.map(request.headers()));
      // Each proxy makes its own ids; how the body is framed is this hop's affair.
      headers.remove("x-request-id");
      headers.remove("x-forwarded-proto");
      // Envoy writes its own address into copies of requests.
      headers.remove("x-forwarded-for");
      headers.remove("content-length");
      headers.remove("host");
      return new Arrived(
          request.method(),
          request.path(),
          request.authority(),
          headers,
          new String(request.body(), java.nio.charset.StandardCharsets.ISO_8859_1),
          Answer.map(request.trailers()));
    }
  }

  Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    arrived.forEach((origin, requests) -> counts.put(origin, requests.size()));
    return counts;
  }

  /** Fails where Weft and Envoy differ. */
  static void compare(String name, Observation weft, Observation envoy, Attempts attempts) {
    assertThat(weft.logged).as("%s: access log", name).isEqualTo(envoy.logged);
    switch (attempts) {
      case Attempts.Exact exact -> {
        assertThat(answers(weft, true)).as("%s: answers", name).isEqualTo(answers(envoy, true));
        assertThat(weft.counts()).as("%s: requests at the origins", name).isEqualTo(envoy.counts());
        assertThat(weft.arrived).as("%s: what the origins saw", name).isEqualTo(envoy.arrived);
      }
      case Attempts.Sorted sorted -> {
        assertThat(sorted(weft)).as("%s: answers", name).isEqualTo(sorted(envoy));
        assertThat(weft.counts().values().stream().sorted().toList())
            .as("%s: requests at the origins", name)
            .isEqualTo(envoy.counts().values().stream().sorted().toList());
      }
      case Attempts.Within(double share) -> {
        assertThat(sorted(weft)).as("%s: answers", name).isEqualTo(sorted(envoy));
        Map<String, Double> other = shares(envoy);
        shares(weft)
            .forEach((origin, mine) ->
                assertThat(mine)
                    .as("%s: share of %s", name, origin)
                    .isCloseTo(other.get(origin), within(share)));
      }
    }
  }

  private static Map<String, Double> shares(Observation of) {
    Map<String, Integer> counts = of.counts();
    double all = Math.max(1, counts.values().stream().mapToInt(Integer::intValue).sum());
    Map<String, Double> shares = new TreeMap<>();
    counts.forEach((origin, count) -> shares.put(origin, count / all));
    return shares;
  }

  // Balancing may begin anywhere, so the same answers can come in another order.
  private static List<Answer> sorted(Observation of) {
    List<Answer> answers = new ArrayList<>(answers(of, false));
    answers.sort(Comparator.comparing(Answer::toString));
    return answers;
  }

  private static List<Answer> answers(Observation of, boolean withOrigin) {
    List<Answer> answers = new ArrayList<>();
    for (Answer answer : of.answers) {
      Answer comparable = answer.comparable();
      answers.add(withOrigin || answer.origin().isEmpty() ? comparable : withoutOrigin(comparable));
    }
    return answers;
  }

  private static Answer withoutOrigin(Answer answer) {
    Map<String, String> headers = new TreeMap<>(answer.headers());
    headers.remove("x-origin");
    headers.remove("content-length");
    return new Answer(answer.status(), headers, "", answer.trailers(), answer.interim());
  }
}
