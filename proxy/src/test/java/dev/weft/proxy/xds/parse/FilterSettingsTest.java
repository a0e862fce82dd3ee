package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.Problem;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What routes say of filters. */
class FilterSettingsTest {
  private static final Any CORS =
      Any.pack(
          CorsPolicy.newBuilder()
              .setAllowMethods("GET")
              .setMaxAge("5")
              .addAllowOriginStringMatch(
                  io.envoyproxy.envoy.type.matcher.v3.StringMatcher.newBuilder().setExact("a"))
              .build());

  private static RouteConfiguration.Builder routes() {
    return SampleResources.routes("outbound", "payments.default", "payments.mesh").toBuilder();
  }

  private static Route first(RouteConfiguration.Builder routes) {
    return switch (ResourceParser.routes(routes.build())) {
      case Parsed.Accepted<RouteTable>(RouteTable table) ->
          table.virtualHosts().getFirst().routes().getFirst();
      case Parsed.Rejected<RouteTable>(List<Problem> problems) ->
          throw new AssertionError(problems.toString());
    };
  }

  private static List<String> problems(Any config) {
    RouteConfiguration.Builder routes = routes().putTypedPerFilterConfig("f", config);
    return switch (ResourceParser.routes(routes.build())) {
      case Parsed.Accepted<RouteTable> accepted -> List.of();
      case Parsed.Rejected<RouteTable>(List<Problem> problems) ->
          problems.stream().map(p -> p.path() + ": " + p.message()).toList();
    };
  }

  @Test
  void aRoutesCorsTakesWhatItLeavesOpenFromAbove() {
    RouteConfiguration.Builder routes = routes().putTypedPerFilterConfig("cors", CORS);
    routes
        .getVirtualHostsBuilder(0)
        .getRoutesBuilder(0)
        .putTypedPerFilterConfig("cors", Any.pack(CorsPolicy.newBuilder().setMaxAge("9").build()));
    FilterSettings.CorsPolicy cors =
        (FilterSettings.CorsPolicy) first(routes).filters().get("cors").settings();
    assertThat(cors.allowMethods()).isEqualTo("GET");
    assertThat(cors.maxAge()).isEqualTo("9");
    assertThat(cors.allowOrigins()).containsExactly(StringMatcher.exact("a"));
  }

  @Test
  void theMostSpecificLevelDecidesWhetherAFilterIsThere() {
    RouteConfiguration.Builder routes =
        routes()
            .putTypedPerFilterConfig(
                "f", Any.pack(FilterConfig.newBuilder().setDisabled(true).build()));
    assertThat(first(routes).filters().get("f").disabled()).isTrue();
    routes.getVirtualHostsBuilder(0).putTypedPerFilterConfig("f", CORS);
    assertThat(first(routes).filters().get("f").disabled()).isFalse();
  }

  @Test
  void anOptionalFilterOfAnUnknownTypeIsPassedOver() {
    Any unknown = Any.pack(StringValue.of("x"));
    FilterConfig optional =
        FilterConfig.newBuilder().setConfig(unknown).setIsOptional(true).build();
    assertThat(problems(Any.pack(optional))).isEmpty();
    assertThat(problems(Any.pack(optional.toBuilder().setIsOptional(false).build())))
        .containsExactly(
            "typed_per_filter_config[\"f\"].config: unsupported type"
                + " \"type.googleapis.com/google.protobuf.StringValue\"");
    assertThat(problems(unknown)).hasSize(1);
  }

  @Test
  void aFilterThatIsPassedOverIsWhatTheLevelAboveSays() {
    RouteConfiguration.Builder routes = routes().putTypedPerFilterConfig("f", CORS);
    FilterConfig optional =
        FilterConfig.newBuilder()
            .setConfig(Any.pack(StringValue.of("x")))
            .setIsOptional(true)
            .build();
    routes.getVirtualHostsBuilder(0).putTypedPerFilterConfig("f", Any.pack(optional));
    assertThat(first(routes).filters().get("f").settings())
        .isInstanceOf(FilterSettings.CorsPolicy.class);
  }

  @Test
  void brokenFaultsAreRefused() {
    HTTPFault fault =
        HTTPFault.newBuilder()
            .setUpstreamCluster("a")
            .setDelay(FaultDelay.getDefaultInstance())
            .setAbort(
                FaultAbort.newBuilder()
                    .setHttpStatus(700)
                    .setPercentage(FractionalPercent.newBuilder().setNumerator(101)))
            .setResponseRateLimit(FaultRateLimit.getDefaultInstance())
            .build();
    assertThat(problems(Any.pack(fault)))
        .containsExactlyInAnyOrder(
            "typed_per_filter_config[\"f\"].response_rate_limit: fixed_limit or header_limit is"
                + " required",
            "typed_per_filter_config[\"f\"].upstream_cluster: is not supported",
            "typed_per_filter_config[\"f\"].delay: fixed_delay or header_delay is required",
            "typed_per_filter_config[\"f\"].abort.http_status: is 700, expected 200 to 599",
            "typed_per_filter_config[\"f\"].abort.percentage.numerator: is 101, expected 0 to 100");
  }

  @Test
  void aRateIsAboveZeroAndMayBeAnyOther() {
    assertThat(problems(Any.pack(limited(0))))
        .containsExactly(
            "typed_per_filter_config[\"f\"].response_rate_limit.fixed_limit.limit_kbps: must be above"
                + " 0");
    assertThat(problems(Any.pack(limited(1)))).isEmpty();
    assertThat(problems(Any.pack(limited(-1)))).isEmpty();
  }

  private static HTTPFault limited(long kbps) {
    return HTTPFault.newBuilder()
        .setResponseRateLimit(
            FaultRateLimit.newBuilder()
                .setFixedLimit(FaultRateLimit.FixedLimit.newBuilder().setLimitKbps(kbps)))
        .build();
  }
}
