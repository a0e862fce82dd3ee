package dev.weft.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search that every test run ends with finds what leaks, and does not repeat it. */
class SecretsSearchTest {
  private static final String SECRET = "planted-4f2a9c71e0";

  @TempDir private Path directory;
  private Path logs;
  private Path planted;

  @BeforeEach
  void plant() throws IOException {
    logs = Files.createDirectories(directory.resolve("logs"));
    planted = Files.createDirectories(directory.resolve("planted"));
    Files.writeString(planted.resolve("1.txt"), SECRET + "\n");
    Files.writeString(logs.resolve("quiet.log"), "INFO nothing to see\n");
  }

  private record Outcome(int code, String said) {}

  private Outcome search() throws Exception {
    Path script = Path.of(System.getProperty("weft.root"), ".ci", "secrets");
    ProcessBuilder search =
        new ProcessBuilder(script.toString(), logs.toString()).redirectErrorStream(true);
    search.environment().putAll(Map.of("WEFT_PLANTED", planted.toString()));
    Process process = search.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), said);
  }

  @Test
  void whatLeaksIsFoundAndNotRepeated() throws Exception {
    Files.writeString(logs.resolve("loud.log"), "WARN a\nERROR bad token " + SECRET + "\n");
    Outcome outcome = search();
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.said()).contains("loud.log:2").doesNotContain(SECRET, "quiet.log");
  }

  @Test
  void nothingIsFoundWhereNothingLeaks() throws Exception {
    Outcome outcome = search();
    assertThat(outcome.said()).contains("none of 1 planted");
    assertThat(outcome.code()).isZero();
  }

  @ParameterizedTest
  // In two halves, since this class is in what the search goes through when it fails.
  @ValueSource(
      strings = {
        "-----BEGIN |PRIVATE KEY-----",
        "-----BEGIN EC |PRIVATE KEY-----",
        "MIGHAgEAMBMG|ByqGSM49AgEGCCqGSM49",
        "eyJhbGciOiJFUzI1NiJ9|.eyJzdWIiOiJvcmRlcnMifQ.c2lnbmF0dXJlLW9m"
      })
  void whatLooksLikeAKeyOrATokenIsFoundThoughNobodyPlantedIt(String halves) throws Exception {
    Files.writeString(logs.resolve("loud.log"), "x " + halves.replace("|", "") + "\n");
    assertThat(search().code()).isEqualTo(1);
  }

  @Test
  void whereNothingWasPlantedTheSearchIsNoProof() throws Exception {
    Files.delete(planted.resolve("1.txt"));
    assertThat(search().code()).isEqualTo(2);
  }

  @Test
  void whatWouldBeFoundByChanceIsNotPlanted() {
    assertThatThrownBy(() -> PlantedSecrets.plant("short")).hasMessageContaining("tell");
    assertThatThrownBy(() -> PlantedSecrets.plant("has a blank in it"))
        .hasMessageContaining("tell");
  }
}
