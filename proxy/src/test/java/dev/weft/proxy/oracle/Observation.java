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
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

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

    /**
     * What is compared of it.
     *
     * @param told what callers said: each proxy makes its own ids, and keeps those that it got
     */
    static Arrived of(FakeOrigin.Request request, String told) {
      Map<String, String> headers = new HashMap<>(Answer.map(request.headers()));
      headers.computeIfPresent("x-request-id", (name, id) -> told.contains(id) ? id : "made");
      TRACE.forEach(name -> headers.computeIfPresent(name, (same, value) -> ids(value, told)));
      // Who fetches keys says so in words of its own.
      headers.computeIfPresent(
          "user-agent", (name, own) -> Set.of("Go-browser", "weft").contains(own) ? "own" : own);
      // A state without entries says nothing (Trace Context, section 3.3.1.1).
      headers.remove("tracestate", "");
      // How the body is framed is this hop's affair.
      headers.remove("x-forwarded-proto");
      // Envoy writes its own address into copies of requests.
      headers.remove("x-forwarded-for");
      headers.remove("content-length");
      headers.remove("host");
      if (Checks.is(request)) {
        // Each proxy says in its own unit how long it waits.
        headers.remove("grpc-timeout");
      }
      return new Arrived(
          request.method(),
          request.path(),
          request.authority(),
          headers,
          Checks.is(request)
              ? Checks.told(request)
              : new String(request.body(), java.nio.charset.StandardCharsets.ISO_8859_1),
          Answer.map(request.trailers()));
    }

    Arrived renamed(UnaryOperator<String> words) {
      Map<String, String> named = new HashMap<>(headers);
      named.replaceAll((name, value) -> words.apply(value));
      return new Arrived(method, path, words.apply(host), named, body, trailers);
    }
  }

  private static final List<String> TRACE =
      List.of("traceparent", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid");

  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}|[0-9a-f]{16}");

  private static String ids(String value, String told) {
    return ID.matcher(value)
        .replaceAll(found -> told.contains(found.group()) ? found.group() : "made");
  }

  /** The same in other words. */
  Observation renamed(UnaryOperator<String> words) {
    Map<String, List<Arrived>> named = new HashMap<>();
    arrived.forEach((id, all) -> named.put(id, all.stream().map(a -> a.renamed(words)).toList()));
    return new Observation(
        answers.stream().map(answer -> answer.renamed(words)).toList(),
        named,
        LogReader.renamed(logged, words));
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
      case Attempts.Any any ->
          assertThat(answers(weft, true)).as("%s: answers", name).isEqualTo(answers(envoy, true));
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
