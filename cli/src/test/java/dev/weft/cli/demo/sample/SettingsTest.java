package dev.weft.cli.demo.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static final List<String> LEAST =
      List.of(
          "--service",
          "payments",
          "--instance",
          "payments-1",
          "--cluster",
          "east",
          "--port",
          "9001",
          "--log",
          "executed.log");

  @Test
  void whatIsNotSaidIsNotThere() {
    Settings settings = of(List.of());

    assertThat(settings.log()).isEqualTo(Path.of("executed.log"));
    assertThat(settings.port()).isEqualTo(9001);
    assertThat(settings.next()).isNull();
    assertThat(settings.sidecarPort()).isZero();
  }

  @Test
  void theNextServiceIsReachedThroughTheSidecar() {
    Settings settings = of(List.of("--next", "http://payments.mesh/charge", "--sidecar", "15002"));

    assertThat(settings.next()).hasHost("payments.mesh");
    assertThat(settings.sidecarPort()).isEqualTo(15002);
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThatThrownBy(() -> Settings.of("--service", "payments"))
        .hasMessageContaining("--instance");
    assertThatThrownBy(() -> of(List.of("--colour", "red"))).hasMessageContaining("--colour");
    assertThatThrownBy(() -> of(List.of("--next"))).hasMessageContaining("--next");
    assertThatThrownBy(() -> of(List.of("--port", "70000"))).hasMessageContaining("--port");
    assertThatThrownBy(() -> of(List.of("--sidecar", "x"))).hasMessageContaining("--sidecar");
  }

  private static Settings of(List<String> more) {
    List<String> arguments = new ArrayList<>(LEAST);
    arguments.addAll(more);
    return Settings.of(arguments.toArray(String[]::new));
  }
}
