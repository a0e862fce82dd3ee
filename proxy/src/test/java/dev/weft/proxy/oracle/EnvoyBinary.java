package dev.weft.proxy.oracle;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Where the real Envoy is: what {@code .ci/envoy/get} fetches. */
final class EnvoyBinary {

  private static final String VERSION = "1.40.0";

  private EnvoyBinary() {}

  /** The executable. Skips the test when it is not there, or fails it where parts are required. */
  static Path required() {
    Path parts =
        Optional.ofNullable(System.getenv("WEFT_PARTS"))
            .map(Path::of)
            .orElseGet(() -> cache().resolve("weft").resolve("parts"));
    Path binary = parts.resolve("envoy-" + VERSION).resolve("envoy");
    if (!Files.isExecutable(binary)) {
      String message = "no Envoy " + VERSION + " at " + binary + ": run .ci/envoy/get";
      if ("1".equals(System.getenv("WEFT_REQUIRE_PARTS"))) {
        throw new IllegalStateException(message);
      }
      Assumptions.abort(message);
    }
    return binary;
  }

  private static Path cache() {
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
  }
}
