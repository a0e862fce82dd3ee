package dev.weft.agent.catalog.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.parts.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consul's own command line against the registry. */
class ConsulCliTest {
  @TempDir Path directory;

  @Test
  void consulsOwnCommandsRegisterListAndDeregister() throws Exception {
    Path binary = Part.CONSUL.required();
    try (TestRegistry registry = new TestRegistry(directory)) {
      assertThat(
              consul(
                  binary,
                  registry,
                  "services",
                  "register",
                  "-id=web-1",
                  "-name=web",
                  "-address=127.0.0.1",
                  "-port=8080",
                  "-tag=blue",
                  "-meta=protocol=grpc"))
          .contains("Registered service: web");
      assertThat(consul(binary, registry, "catalog", "services", "-tags")).contains("web", "blue");
      assertThat(consul(binary, registry, "catalog", "nodes")).contains("east", "127.0.0.1");
      assertThat(consul(binary, registry, "catalog", "datacenters")).contains("east");
      assertThat(registry.json("/v1/agent/service/web-1").path("Meta").path("protocol").asText())
          .isEqualTo("grpc");
      assertThat(consul(binary, registry, "maint", "-enable", "-service=web-1", "-reason=x"))
          .contains("now enabled");
      assertThat(consul(binary, registry, "services", "deregister", "-id=web-1"))
          .contains("Deregistered service: web-1");
      assertThat(registry.json("/v1/catalog/services")).isEmpty();
    }
  }

  private static String consul(Path binary, TestRegistry registry, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    int words = arguments[0].equals("maint") ? 1 : 2;
    command.addAll(List.of(arguments).subList(0, words));
    command.add("-http-addr=127.0.0.1:" + registry.port());
    command.addAll(List.of(arguments).subList(words, arguments.length));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
