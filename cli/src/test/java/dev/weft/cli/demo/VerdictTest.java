package dev.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.cli.demo.sample.ExecutionLog;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void aPostThatHadBegunInALostInstanceIsNotRepeatableAndNotFailed() {
    Verdict verdict =
        verdict(List.of(lost("POST", "a")), Map.of("east/payments-1", executed("POST", "a")));

    assertThat(verdict.notRepeatable()).extracting(Answer::id).containsExactly("a");
    assertThat(verdict.failed()).isEmpty();
    assertThat(verdict.passed()).isTrue();
  }

  @Test
  void aPostThatNoLostInstanceKnowsOfHasFailed() {
    Verdict verdict =
        verdict(List.of(lost("POST", "a")), Map.of("west/payments-1", executed("POST", "a")));

    assertThat(verdict.failed()).extracting(Answer::id).containsExactly("a");
    assertThat(verdict.passed()).isFalse();
  }

  @Test
  void aGetWithoutAnAnswerHasFailedWhereverItBegan() {
    Verdict verdict =
        verdict(List.of(lost("GET", "a")), Map.of("east/payments-1", executed("GET", "a")));

    assertThat(verdict.failed()).extracting(Answer::id).containsExactly("a");
  }

  @Test
  void aPostExecutedByTwoInstancesIsADuplicateEvenWhenItWasAnswered() {
    Verdict verdict =
        verdict(
            List.of(answered("POST", "a", "west", 0, 1)),
            Map.of(
                "east/payments-1",
                executed("POST", "a"),
                "west/payments-1",
                executed("POST", "a")));

    assertThat(verdict.duplicates()).containsExactly("a");
    assertThat(verdict.passed()).isFalse();
  }

  @Test
  void aGetExecutedTwiceIsNone() {
    Verdict verdict =
        verdict(
            List.of(answered("GET", "a", "west", 0, 1)),
            Map.of(
                "east/payments-1", executed("GET", "a"), "west/payments-1", executed("GET", "a")));

    assertThat(verdict.duplicates()).isEmpty();
  }

  @Test
  void failoverIsFromTheLastLocalAnswerToTheFirstRemoteOneAfterIt() throws Exception {
    List<Answer> answers =
        List.of(
            answered("GET", "1", "east", 0, SECOND),
            answered("GET", "2", "west", SECOND, SECOND + 100_000_000),
            answered("GET", "3", "east", SECOND, SECOND + 200_000_000),
            answered("GET", "4", "west", SECOND, SECOND + 250_000_000),
            answered("GET", "5", "east", 3 * SECOND, 3 * SECOND + 5_000_000));
    Round round = new Round("kill", 0, 2 * SECOND, 2 * SECOND, 4 * SECOND);

    JsonNode json =
        new ObjectMapper()
            .readTree(new Verdict(answers, List.of(round), Map.of(), Set.of(), "east").json());

    assertThat(json.path("failoverMillis").asLong()).isEqualTo(50);
    assertThat(json.path("failbackMillis").asLong()).isEqualTo(1005);
    assertThat(json.path("slowestMillis").asLong()).isEqualTo(1000);
    assertThat(json.path("requests").asInt()).isEqualTo(5);
  }

  @Test
  void withoutARemoteAnswerThereIsNoFailover() {
    Round round = new Round("kill", 0, 2 * SECOND, 2 * SECOND, 4 * SECOND);

    assertThat(round.failoverMillis(List.of(answered("GET", "1", "east", 0, 1)), "east"))
        .isEqualTo(-1);
  }

  private static Verdict verdict(
      List<Answer> answers, Map<String, List<ExecutionLog.Entry>> executed) {
    return new Verdict(answers, List.of(), executed, Set.of("east/payments-1"), "east");
  }

  private static Answer lost(String method, String id) {
    return new Answer(id, method, 0, SECOND, 504, "", "", "upstream_per_try_timeout");
  }

  private static Answer answered(String method, String id, String cluster, long sent, long ended) {
    return new Answer(id, method, sent, ended, 200, cluster, "payments-1", "");
  }

  private static List<ExecutionLog.Entry> executed(String method, String id) {
    return List.of(new ExecutionLog.Entry(0, method, id));
  }
}
