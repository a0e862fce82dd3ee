package dev.weft.proxy.oracle;

import dev.weft.proxy.oracle.Observation.Arrived;
import dev.weft.proxy.oracle.OracleCase.Call;
import dev.weft.proxy.testing.FakeOrigin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A case played through one subject.
 *
 * @param byCall what was seen of each call, to be compared with another play's
 * @param problems where the case's own expectations are not met
 */
record Playthrough(List<Seen> byCall, List<String> problems, Observation observation) {

  /**
   * What one call made visible. A request at an origin belongs to the call whose mark it carries,
   * else to the one that was under way; a line of the log to the one whose mark is in it.
   */
  record Seen(List<Answer> answers, Map<String, List<Arrived>> arrived, List<Object> logged) {
    private Seen renamed(UnaryOperator<String> words) {
      Map<String, List<Arrived>> named = new TreeMap<>();
      arrived.forEach((id, all) -> named.put(id, all.stream().map(a -> a.renamed(words)).toList()));
      return new Seen(
          answers.stream().map(answer -> answer.renamed(words)).toList(),
          named,
          LogReader.renamed(logged, words));
    }
  }

  /**
   * Plays it.
   *
   * @param changed whether what the case says it makes appear may fail to
   */
  static Playthrough of(
      OracleCase test,
      Subject subject,
      Map<String, ScriptedOrigin> origins,
      Caller caller,
      boolean changed) {
    origins.values().forEach(ScriptedOrigin::reset);
    LogReader log = new LogReader(test, subject);
    boolean ofWeft = subject instanceof WeftSubject;
    int port = subject.port(test.name());
    List<List<Answer>> byCall = new ArrayList<>();
    List<Map<String, Integer>> begins = new ArrayList<>();
    List<Answer> answers = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Call call : test.calls()) {
      Map<String, Integer> before = new HashMap<>();
      origins.forEach((id, origin) -> before.put(id, origin.requests().size()));
      begins.add(before);
      call.health().forEach((id, health) -> origins.get(id).health(health));
      List<Answer> given = caller.play(call, port);
      byCall.add(given.stream().map(answer -> told(call, answer)).toList());
      Map<String, Object> expected = call.expected(ofWeft);
      given.forEach(answer -> problems.addAll(answer.problems(expected)));
      if (call.differs()) {
        origins.forEach((id, origin) -> origin.forgetAfter(before.get(id)));
      } else {
        given.forEach(answer -> answers.add(told(call, answer)));
      }
    }
    List<Object> logged = log.read(changed);
    String told = test.told();
    Map<String, List<Arrived>> arrived = new HashMap<>();
    List<Seen> seen =
        byCall.stream().map(a -> new Seen(a, new TreeMap<>(), new ArrayList<>())).toList();
    origins.forEach((id, origin) -> {
      List<FakeOrigin.Request> all = origin.settled(changed);
      List<Arrived> made = all.stream().map(request -> Arrived.of(request, told)).toList();
      arrived.put(id, made);
      for (int i = 0; i < all.size(); i++) {
        int call = owner(test, all.get(i), id, i, begins);
        seen.get(call).arrived().computeIfAbsent(id, any -> new ArrayList<>()).add(made.get(i));
      }
    });
    for (Object line : logged) {
      IntStream.range(0, seen.size())
          .filter(i -> test.calls().get(i).marks(line.toString()))
          .findFirst()
          .ifPresent(call -> seen.get(call).logged().add(line));
    }
    return new Playthrough(seen, problems, new Observation(answers, arrived, logged));
  }

  /** How a request is turned away is told by the documentation, that it is by the case. */
  private static Answer told(Call call, Answer answer) {
    return call.turnedAway() && answer.refused() ? Answer.NONE : answer;
  }

  private static int owner(
      OracleCase test,
      FakeOrigin.Request request,
      String origin,
      int place,
      List<Map<String, Integer>> begins) {
    int mark = request.headers().indexOf(Call.MARK);
    for (int i = 0; mark >= 0 && i < begins.size(); i++) {
      if (test.calls().get(i).marks(request.headers().get(mark + 1))) {
        return i;
      }
    }
    int call = 0;
    for (int i = 1; i < begins.size() && begins.get(i).get(origin) <= place; i++) {
      call = i;
    }
    return call;
  }

  /** The same in other words: a copy of a case has names of its own. */
  Playthrough renamed(UnaryOperator<String> words) {
    return new Playthrough(
        byCall.stream().map(one -> one.renamed(words)).toList(),
        problems,
        observation.renamed(words));
  }
}
