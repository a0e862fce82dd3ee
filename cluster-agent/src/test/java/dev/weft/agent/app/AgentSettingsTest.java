package dev.weft.agent.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.TracingSettings;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentSettingsTest {

  @Test
  void theDefaultsAreTheContracts() {
    AgentSettings settings = valid(Map.of());
    assertThat(settings.region()).isEqualTo("east");
    assertThat(settings.zone()).isEmpty();
    assertThat(settings.staleAfter()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.jwksRefresh()).isEqualTo(Duration.ofMinutes(20));
    assertThat(settings.mode()).isEqualTo(Mode.STRICT);
    assertThat(settings.xds().getPort()).isEqualTo(15012);
    assertThat(settings.trustDomain().name()).isEqualTo("east.demo");
    assertThat(settings.registry()).isInstanceOf(AgentSettings.Registry.Embedded.class);
  }

  @Test
  void durationsAndAddressesAreRead() {
    AgentSettings settings =
        valid(
            Map.of(
                "weft.stale-after",
                "1.5s",
                "weft.policy.jwks-refresh",
                "30s",
                "weft.xds.address",
                "[::1]:0",
                "weft.registry.source",
                "consul"));
    assertThat(settings.staleAfter()).isEqualTo(Duration.ofMillis(1_500));
    assertThat(settings.jwksRefresh()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.xds().getPort()).isZero();
    assertThat(settings.registry()).isInstanceOf(AgentSettings.Registry.Consul.class);
  }

  @Test
  void tracesAreOffUnlessAskedFor() {
    assertThat(valid(Map.of()).tracing()).isNull();
    assertThat(valid(Map.of("weft.tracing.otlp", "collector.tracing:4317")).tracing())
        .isEqualTo(new TracingSettings(1, "collector.tracing:4317"));
    assertThat(valid(Map.of("weft.tracing.sampling", "12.5")).tracing())
        .isEqualTo(new TracingSettings(12.5, ""));
  }

  @Test
  void aMeshHasAModeOfItsOwn() {
    for (Mode mode : List.of(Mode.STRICT, Mode.PERMISSIVE, Mode.DISABLE)) {
      assertThat(valid(Map.of("weft.policy.default-mtls-mode", mode.name())).mode())
          .isEqualTo(mode);
    }
    SmallRyeConfig unset = config(Map.of("weft.policy.default-mtls-mode", "UNSET"));
    assertThat(AgentSettings.read(unset.getConfigMapping(AgentConfig.class)))
        .isEqualTo(
            new AgentSettings.Result.Invalid(
                List.of(
                    "weft.policy.default-mtls-mode: expected STRICT, PERMISSIVE or DISABLE, found"
                        + " \"UNSET\"")));
    assertThat(UnknownKeys.in(unset)).isEmpty();
  }

  @Test
  void everyBadKeyIsNamedAtOnce() {
    SmallRyeConfig config =
        config(
            Map.of(
                "weft.cluster", "EAST",
                "weft.stale-after", "5 parsecs",
                "weft.xds.address", "15012",
                "weft.api.port", "http",
                "weft.policy.jwks-refresh", "1s",
                "weft.registry.source", "etcd",
                "weft.tracing.sampling", "101",
                "weft.tracing.otlp", "collector",
                "weft.registy.address", "127.0.0.1:8500"));
    assertThat(AgentSettings.read(config.getConfigMapping(AgentConfig.class)))
        .isInstanceOfSatisfying(
            AgentSettings.Result.Invalid.class,
            invalid ->
                assertThat(invalid.problems())
                    .extracting(problem -> problem.substring(0, problem.indexOf(':')))
                    .containsExactlyInAnyOrder(
                        "weft.cluster",
                        "weft.stale-after",
                        "weft.xds.address",
                        "weft.api.port",
                        "weft.policy.jwks-refresh",
                        "weft.registry.source",
                        "weft.tracing.sampling",
                        "weft.tracing.otlp"));
    assertThat(UnknownKeys.in(config)).containsExactly("weft.registy.address: no such key");
  }

  private static AgentSettings valid(Map<String, String> more) {
    return switch (AgentSettings.read(config(more).getConfigMapping(AgentConfig.class))) {
      case AgentSettings.Result.Valid(AgentSettings settings) -> settings;
      case AgentSettings.Result.Invalid invalid -> throw new AssertionError(invalid.problems());
    };
  }

  private static SmallRyeConfig config(Map<String, String> more) {
    Map<String, String> values = new HashMap<>(Map.of("weft.mesh", "demo", "weft.cluster", "east"));
    values.putAll(more);
    return new SmallRyeConfigBuilder()
        .withSources(new PropertiesConfigSource(values, "test", 100))
        .withMapping(AgentConfig.class)
        .withMappingIgnore("weft.**")
        .build();
  }
}
