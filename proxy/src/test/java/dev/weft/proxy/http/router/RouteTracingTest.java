package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.Decorator;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.Observability;
import dev.weft.proxy.config.RequestLogTimes;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.RouteTracing;
import dev.weft.proxy.config.SpanTag;
import dev.weft.proxy.config.Tracing;
import dev.weft.proxy.config.Tracing.Sampling;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.telemetry.SpanFacts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a route says of traces, over what its connection manager says. */
class RouteTracingTest {
  private static final Sampling ALL = new Sampling(Tracing.ALL, Tracing.ALL, Tracing.ALL);
  private static final Sampling NONE = new Sampling(0, 0, Tracing.ALL);

  private final RouterHarness mesh = new RouterHarness();

  private void serve(@Nullable Tracing manager, @Nullable RouteTracing own) {
    mesh.http =
        Configs.http(Duration.ofMinutes(5), List.of())
            .with(new Observability(List.of(), RequestLogTimes.END, manager, true, false));
    Route route =
        new Route(
            "traced",
            new Route.Match(
                new Route.PathMatch.Prefix("/", false), List.of(), List.of(), false, Fraction.ALL),
            new Route.Action.Direct(200, ""),
            List.of(),
            List.of(),
            Map.of(),
            Decorator.NONE,
            own);
    RouteTable table =
        new RouteTable(
            "outbound",
            true,
            List.of(new RouteTable.VirtualHost("all", List.of("*"), List.of(route))));
    mesh.with(
        Configs.snapshot(
            1,
            table,
            Configs.upstream(Configs.BREAKERS, Configs.OUTLIER),
            Configs.endpoints(new int[] {1})));
  }

  private @Nullable SpanFacts span() {
    mesh.request(0, "GET", "/", true, new HeaderList().add("x-tenant", "blue"));
    return mesh.lastRecord().span();
  }

  private static Tracing manager(Sampling sampling, SpanTag... tags) {
    return new Tracing(sampling, Tracing.MAX_PATH, List.of(tags), false, null);
  }

  @Test
  void aRoutesSharesCountInPlaceOfTheManagers() {
    serve(manager(NONE), new RouteTracing(ALL, List.of()));
    assertThat(span()).isNotNull();
    serve(manager(ALL), new RouteTracing(NONE, List.of()));
    assertThat(span()).isNull();
    serve(manager(ALL), null);
    assertThat(span()).isNotNull();
  }

  @Test
  void aRoutesTagsGoBeforeTheManagersOfTheSameName() {
    serve(
        manager(ALL, new SpanTag.Literal("team", "platform"), new SpanTag.Literal("stage", "test")),
        new RouteTracing(
            ALL,
            List.of(
                new SpanTag.Literal("team", "payments"),
                new SpanTag.Header("tenant", "x-tenant", ""))));
    assertThat(span().tags())
        .containsExactly("team", "payments", "tenant", "blue", "stage", "test");
  }

  @Test
  void aTagWithoutAValueHidesTheManagersToo() {
    serve(
        manager(ALL, new SpanTag.Literal("tenant", "platform")),
        new RouteTracing(ALL, List.of(new SpanTag.Header("tenant", "x-nobody", ""))));
    assertThat(span().tags()).isEmpty();
  }

  @Test
  void withoutTracingOfTheManagerARouteSaysNothing() {
    serve(null, new RouteTracing(ALL, List.of(new SpanTag.Literal("team", "payments"))));
    assertThat(span()).isNull();
    assertThat(mesh.lastRecord().trace()).isNull();
  }
}
