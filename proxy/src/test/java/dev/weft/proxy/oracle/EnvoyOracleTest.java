package dev.weft.proxy.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.weft.parts.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Plays every case through Weft, with one worker and with four, and through Envoy. */
class EnvoyOracleTest {

  private static final int AT_ONCE = 4;

  /** Which cases are played, by their whole names. */
  private static final String ONLY = System.getProperty("weft.oracle.only", ".*");

  /** Whether each answer is written to {@code target/oracle/shown}. */
  private static final boolean SHOW = Boolean.getBoolean("weft.oracle.show");

  private static final List<AutoCloseable> running = new ArrayList<>();
  private static final List<OracleCase> cases = CaseFiles.named(Pattern.compile(ONLY));
  private static final Map<String, Map<String, ScriptedOrigin>> origins = new HashMap<>();
  private static Caller caller;
  private static final List<WeftSubject> weft = new ArrayList<>();
  private static Subject envoy;

  @BeforeAll
  static void start() {
    Path binary = Part.ENVOY.required();
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
      Resources made = Resources.of(test, ports, pki);
      parsed.add(made);
      made.addTo(resources);
    }
    resources.put("secret:svid", pki.svid());
    resources.put("secret:trust-bundles", pki.trustBundles());
    List<String> listeners = cases.stream().map(OracleCase::name).toList();
    caller = new Caller(pki);
    running.add(caller);
    for (int workers : List.of(1, 4)) {
      weft.add(WeftSubject.start(parsed, pki, listeners, workers));
      running.add(weft.getLast());
    }
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
    weft.clear();
  }

  @TestFactory
  Stream<DynamicTest> weftAndEnvoyAgree() {
    // Each case has its own listener, upstreams and origins, and most of its time it waits.
    ExecutorService players = Executors.newFixedThreadPool(AT_ONCE);
    Map<String, Future<?>> played = new HashMap<>();
    cases.forEach(test -> played.put(test.name(), players.submit(() -> run(test))));
    players.shutdown();
    return cases.stream()
        .map(test ->
            DynamicTest.dynamicTest(
                test.name() + ": " + test.title(), () -> finished(played.get(test.name()))));
  }

  private static void finished(Future<?> played) throws Throwable {
    try {
      played.get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private static void run(OracleCase test) {
    Playthrough byEnvoy = play(test, envoy);
    for (WeftSubject subject : weft.subList(0, test.oneWorker() ? 1 : weft.size())) {
      Playthrough byWeft = play(test, subject);
      Observation.compare(
          test.name() + ", " + subject.name(),
          byWeft.observation(),
          byEnvoy.observation(),
          test.attempts());
    }
  }

  private static void show(OracleCase test, Subject subject, Playthrough made) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < test.calls().size(); i++) {
      lines.append(i).append(' ').append(made.byCall().get(i)).append('\n');
    }
    try {
      Path file = Path.of("target/oracle/shown", test.name() + " " + subject.name());
      Files.createDirectories(file.getParent());
      Files.writeString(file, lines.append(made.observation().arrived()).append('\n'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Playthrough play(OracleCase test, Subject subject) {
    Playthrough made = Playthrough.of(test, subject, origins.get(test.name()), caller, false);
    if (subject instanceof EnvoySubject process) {
      assertThat(process.runs()).as("%s: Envoy lives:\n%s", test.name(), process.log()).isTrue();
    }
    if (SHOW) {
      show(test, subject, made);
    }
    assertThat(made.problems())
        .as("%s: what %s answers, by the case's own expectations", test.name(), subject.name())
        .isEmpty();
    return made;
  }
}
