package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ConnectionLimits;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.UnderscoreNames;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code max_stream_duration} of the connection manager, for requests that no upstream answers. */
class StreamDurationTest {
  private final HeldFilter.Factory held = new HeldFilter.Factory();
  private final RouterHarness mesh = new RouterHarness(1, List.of(held));

  private static Route route(String path, Route.Action action) {
    return new Route(
        path,
        new Route.PathMatch.Prefix(path, false),
        List.of(),
        action,
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private FakeDownstream get(String path) {
    mesh.http =
        Configs.http(Duration.ofMinutes(5), List.of())
            .with(
                new HttpProtocols(
                    Http1Settings.DEFAULT,
                    false,
                    false,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    ConnectionLimits.NONE,
                    UnderscoreNames.ALLOW,
                    List.of()));
    RouteTable routes =
        new RouteTable(
            "outbound",
            true,
            List.of(
                new RouteTable.VirtualHost(
                    "all",
                    List.of("*"),
                    List.of(
                        route("/direct", new Route.Action.Direct(200, "here")),
                        route(
                            "/redirect",
                            new Route.Action.Redirect("", "other", 0, "", null, 301, false)),
                        route(
                            "/forward",
                            new Route.Action.Forward(
                                Configs.UPSTREAM, Duration.ofSeconds(15), null))))));
    Snapshot snapshot =
        Configs.snapshot(
            1,
            routes,
            Configs.upstream(Configs.BREAKERS, Configs.OUTLIER),
            Configs.endpoints(new int[] {1}));
    mesh.with(snapshot);
    return mesh.get(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/direct", "/redirect", "/forward", "/nowhere"})
  void whatAFilterHoldsEndsInTime(String path) {
    FakeDownstream caller = get(path);
    mesh.advance(990);
    assertThat(caller.status()).isZero();
    mesh.advance(20);
    assertThat(caller.status()).isEqualTo(504);
    assertThat(mesh.records).hasSize(1);
    assertThat(mesh.lastRecord().flags()).isEqualTo("DT");
    held.callbacks.resume();
    assertThat(mesh.records).hasSize(1);
  }

  @Test
  void whatIsLetGoInTimeIsAnswered() {
    FakeDownstream caller = get("/direct");
    mesh.advance(500);
    held.callbacks.resume();
    assertThat(caller.status()).isEqualTo(200);
    mesh.advance(2_000);
    assertThat(caller.reset).isNull();
    assertThat(mesh.records).hasSize(1);
  }
}
