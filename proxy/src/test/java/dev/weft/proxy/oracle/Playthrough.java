package dev.weft.proxy.oracle;

import dev.weft.proxy.oracle.Observation.Arrived;
import dev.weft.proxy.oracle.OracleCase.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A case played through one subject.
 *
 * @param byCall what each call was answered, to be compared with another play's
 * @param problems where the case's own expectations are not met
 */
record Playthrough(List<List<Answer>> byCall, List<String> problems, Observation observation) {

  static Playthrough of(
      OracleCase test,
      int port,
      boolean ofWeft,
      Map<String, ScriptedOrigin> origins,
      Caller caller) {
    origins.values().forEach(ScriptedOrigin::reset);
    LogFile log = LogFile.of(test);
    log.clear();
    List<List<Answer>> byCall = new ArrayList<>();
    List<Answer> answers = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Call call : test.calls()) {
      Map<String, Integer> before = new HashMap<>();
      origins.forEach((id, origin) -> before.put(id, origin.requests().size()));
      List<Answer> given = caller.play(call, port);
      byCall.add(given);
      Map<String, Object> expected = call.expected(ofWeft);
      given.forEach(answer -> problems.addAll(answer.problems(expected)));
      if (call.differs()) {
        origins.forEach((id, origin) -> origin.forgetAfter(before.get(id)));
      } else {
        // How a request is turned away is told by the documentation, that it is by the case.
        given.forEach(answer -> answers.add(call.turnedAway() ? Answer.NONE : answer));
      }
    }
    Map<String, List<Arrived>> arrived = new HashMap<>();
    origins.forEach(
        (id, origin) -> arrived.put(id, origin.settled().stream().map(Arrived::of).toList()));
    return new Playthrough(byCall, problems, new Observation(answers, arrived, log.read()));
  }
}
