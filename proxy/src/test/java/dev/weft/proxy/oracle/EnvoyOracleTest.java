package dev.weft.proxy.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.weft.proxy.oracle.Observation.Arrived;
import dev.weft.proxy.oracle.OracleCase.Call;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Plays every case through Weft and through Envoy. */
class EnvoyOracleTest {

  private static final List<AutoCloseable> running = new ArrayList<>();
  private static final List<OracleCase> cases = CaseFiles.all();
  private static final Map<String, Map<String, ScriptedOrigin>> origins = new HashMap<>();
  private static Caller caller;
  private static Subject weft;
  private static Subject envoy;

  @BeforeAll
  static void start() {
    Path binary = EnvoyBinary.required();
    OraclePki pki = new OraclePki();
    Map<String, Message> resources = new LinkedHashMap<>();
    List<Resources> parsed = new ArrayList<>();
    for (OracleCase test : cases) {
      Map<String, Integer> ports = new HashMap<>();
      Map<String, ScriptedOrigin> ofCase = new HashMap<>();
      test.origins()
          .forEach((id, spec) -> {
            ScriptedOrigin origin = new ScriptedOrigin(id, spec, pki);
            running.add(origin);
            ofCase.put(id, origin);
            ports.put(id, origin.port());
          });
      origins.put(test.name(), ofCase);
      Resources made = Resources.of(test, ports);
      parsed.add(made);
      made.addTo(resources);
    }
    resources.put("secret:svid", pki.svid());
    resources.put("secret:trust-bundles", pki.trustBundles());
    List<String> listeners = cases.stream().map(OracleCase::name).toList();
    caller = new Caller(pki);
    running.add(caller);
    weft = WeftSubject.start(parsed, pki, listeners);
    running.add(weft);
    OracleControlPlane control = new OracleControlPlane(resources);
    running.add(control);
    envoy = EnvoySubject.start(binary, control, listeners);
    running.add(envoy);
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : running.reversed()) {
      one.close();
    }
    running.clear();
    cases.forEach(test -> LogFile.of(test).delete());
  }

  @TestFactory
  Stream<DynamicTest> weftAndEnvoyAgree() {
    return cases.stream()
        .map(test -> DynamicTest.dynamicTest(test.name() + ": " + test.title(), () -> run(test)));
  }

  private static void run(OracleCase test) {
    Observation byEnvoy = observe(test, envoy);
    Observation byWeft = observe(test, weft);
    Observation.compare(test.name(), byWeft, byEnvoy, test.attempts());
  }

  private static Observation observe(OracleCase test, Subject subject) {
    Map<String, ScriptedOrigin> ofCase = origins.get(test.name());
    ofCase.values().forEach(ScriptedOrigin::reset);
    LogFile log = LogFile.of(test);
    log.clear();
    List<Answer> answers = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Call call : test.calls()) {
      Map<String, Integer> before = new HashMap<>();
      ofCase.forEach((id, origin) -> before.put(id, origin.requests().size()));
      List<Answer> given = caller.play(call, subject.port(test.name()));
      Map<String, Object> expected = call.expected(subject == weft);
      given.forEach(answer -> problems.addAll(answer.problems(expected)));
      if (call.differs()) {
        ofCase.forEach((id, origin) -> origin.forgetAfter(before.get(id)));
      } else {
        // How a request is turned away is told by the documentation, that it is by the case.
        given.forEach(answer -> answers.add(call.turnedAway() ? Answer.NONE : answer));
      }
    }
    assertThat(problems)
        .as("%s: what %s answers, by the case's own expectations", test.name(), subject.name())
        .isEmpty();
    Map<String, List<Arrived>> arrived = new HashMap<>();
    ofCase.forEach(
        (id, origin) -> arrived.put(id, origin.requests().stream().map(Arrived::of).toList()));
    return new Observation(answers, arrived, log.read());
  }
}
