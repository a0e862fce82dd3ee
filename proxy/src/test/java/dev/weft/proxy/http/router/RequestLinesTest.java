package dev.weft.proxy.http.router;

import static dev.weft.proxy.http.router.Configs.mesh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.AccessLogConfig;
import dev.weft.proxy.config.LogFormat;
import dev.weft.proxy.config.LogFormat.Part;
import dev.weft.proxy.config.Observability;
import dev.weft.proxy.config.RequestLogTimes;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a request has lines in an access log, and what they tell by then. */
class RequestLinesTest {
  private final RouterHarness mesh = new RouterHarness();

  private FakeDownstream get(RequestLogTimes times) {
    LogFormat format =
        new LogFormat.Text(
            List.of(
                Part.Fact.ACCESS_LOG_TYPE,
                new Part.Literal(" "),
                Part.Fact.RESPONSE_CODE,
                new Part.Literal(" "),
                Part.Fact.BYTES_SENT,
                new Part.Literal(" "),
                Part.Fact.DURATION,
                new Part.Literal(" "),
                Part.Fact.ROUTE_NAME));
    AccessLogConfig log =
        new AccessLogConfig(new AccessLogConfig.Target.StandardOutput(), format, null);
    mesh.http =
        Configs.http(Duration.ofMinutes(5), List.of())
            .with(new Observability(List.of(log), times, null, true, false));
    mesh.with(mesh(new int[] {1}));
    return mesh.get("/");
  }

  @Test
  void aRequestHasLinesWhileItLastsAndNoneAfterwards() {
    get(new RequestLogTimes(true, false, Duration.ofSeconds(1)));
    FakePools.Try host = mesh.pools.last().start();
    mesh.advance(1_000);
    host.events.onResponse(new ResponseHead(200, new HeaderList()), false);
    host.bytes("12345", false);
    mesh.advance(1_000);
    host.bytes("6", true);
    assertThat(mesh.lines)
        .containsExactly(
            "DownstreamStart 0 0 0 repeatable",
            "DownstreamPeriodic 0 0 1000 repeatable",
            "DownstreamPeriodic 200 5 2000 repeatable",
            "DownstreamEnd 200 6 2000 repeatable");
    mesh.advance(5_000);
    assertThat(mesh.lines).hasSize(4);
    assertThat(mesh.records).hasSize(1);
  }

  @Test
  void aCallerThatGoesAwayEndsThem() {
    FakeDownstream caller = get(new RequestLogTimes(false, false, Duration.ofSeconds(1)));
    mesh.pools.last().start();
    mesh.advance(1_500);
    caller.events.onReset(ResetReason.CANCELLED);
    mesh.advance(5_000);
    assertThat(mesh.lines)
        .containsExactly(
            "DownstreamPeriodic 0 0 1000 repeatable", "DownstreamEnd 0 0 1500 repeatable");
  }

  @Test
  void withoutMoreThereIsOneLine() {
    get(RequestLogTimes.END);
    mesh.advance(3_000);
    mesh.pools.last().answer(200, "done");
    assertThat(mesh.lines).containsExactly("DownstreamEnd 200 4 3000 repeatable");
  }
}
