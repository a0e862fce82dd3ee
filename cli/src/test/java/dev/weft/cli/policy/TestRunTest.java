package dev.weft.cli.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.policy.istio.cases.Mesh;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestRunTest {
  private static final String POLICY =
      """
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: {namespace: foo, name: readers}
      spec: {rules: [{to: [{operation: {methods: [GET]}}]}]}
      """;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path directory;

  private int run(boolean json, Path... places) {
    PrintStream written = new PrintStream(out, true, UTF_8);
    PrintStream errors = new PrintStream(err, true, UTF_8);
    return new TestRun(Mesh.USUAL, InstantSource.system(), json, written, errors)
        .run(List.of(places));
  }

  private void file(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, content);
  }

  @Test
  void theFilesOfCasesOfAgentAndSidecarPass() {
    Path root =
        Path.of(Objects.requireNonNull(System.getProperty("weft.root"), "run by Maven"))
            .resolve("cluster-agent/src/test/resources/policy-cases");
    List<Path> files;
    try (var all = Files.list(root)) {
      files = all.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    assertThat(run(false, files.toArray(Path[]::new))).as(err.toString(UTF_8)).isZero();
    assertThat(out.toString(UTF_8))
        .startsWith(files.size() + " files, ")
        .endsWith("all as expected\n")
        .hasLineCount(1);
  }

  @Test
  void policiesAndCasesMayLieInDirectoriesBelow() throws IOException {
    file("policies/readers.yml", POLICY);
    file("cases/a.json", "{\"cases\": [{\"name\": \"reads\", \"expect\": \"allow\"}]}");
    file("cases/readme.txt", "no file of ours");
    file(".hidden/b.yaml", "cases: [{name: nobody looks, expect: refused}]");
    file(
        "kustomization.yaml", "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization}");
    assertThat(run(false, directory)).isZero();
    assertThat(out.toString(UTF_8))
        .contains("left out, no policy: " + directory.resolve("kustomization.yaml"))
        .contains("3 files, 1 policies, 1 cases: all as expected");
  }

  @Test
  void aFailureNamesFileCaseExpectedGotAndTheReason() throws IOException {
    file("policy.yaml", POLICY);
    file("cases.yaml", "cases: [{name: writes, request: {method: POST}, expect: allow}]");
    assertThat(run(false, directory)).isEqualTo(1);
    assertThat(out.toString(UTF_8))
        .contains(
            "FAIL  " + directory.resolve("cases.yaml") + ": writes",
            "expected allow, got deny",
            "denied: no rule allows it; ns[foo]-policy[readers]-rule[0] wants header :method \"GET\"",
            "asked: foo/readers",
            "1 cases: 1 not as expected");
  }

  @Test
  void theSameForPrograms() throws IOException {
    file("policy.yaml", POLICY);
    file(
        "cases.yaml",
        "cases: [{name: reads, expect: allow}, {name: writes, request: {method: POST}, expect: allow}]");
    assertThat(run(true, directory)).isEqualTo(1);
    JsonNode json = new ObjectMapper().readTree(out.toString(UTF_8));
    assertThat(json.path("cases").asInt()).isEqualTo(2);
    assertThat(json.path("failed").asInt()).isEqualTo(1);
    JsonNode writes = json.path("results").path(1);
    assertThat(writes.path("case").asText()).isEqualTo("writes");
    assertThat(writes.path("got").asText()).isEqualTo("deny");
    assertThat(writes.path("decision").path("nearest").path(0).path("wants").asText())
        .isEqualTo("header :method \"GET\"");
  }

  @Test
  void whatCannotBeUsedIsNamedAndNothingRuns() throws IOException {
    file("policy.yaml", POLICY.replace("methods: [GET]", "methods: [GET], verbs: [a]"));
    file("cases.yaml", "cases: [{name: a, expect: allow}]");
    assertThat(run(false, directory)).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            "weft policy test: "
                + directory.resolve("policy.yaml")
                + ": spec.rules[0].to[0].operation.verbs: unknown field\n");
    assertThat(out.toString(UTF_8)).isEmpty();
    assertThat(run(true, directory)).isEqualTo(2);
    assertThat(out.toString(UTF_8)).contains("\"field\":\"spec.rules[0].to[0].operation.verbs\"");
  }

  @Test
  void noCasesAndNoFilesAreNotAPass() throws IOException {
    assertThat(run(false, directory.resolve("nowhere"))).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("there is no " + directory.resolve("nowhere"));
    file("policy.yaml", POLICY);
    assertThat(run(false, directory)).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("there are no cases");
  }

  @Test
  void theRehearsalRunsAllThatItIsMadeFor() throws IOException {
    PolicyRehearsal.run(directory);
    assertThat(run(true, directory)).isEqualTo(1);
    JsonNode json = new ObjectMapper().readTree(out.toString(UTF_8));
    for (JsonNode result : json.path("results")) {
      boolean meant = result.path("case").asText().equals("not as expected");
      assertThat(result.path("passed").asBoolean()).as(result.toString()).isEqualTo(!meant);
    }
  }
}
