package dev.weft.policy.istio.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The files by which a real Envoy and a sidecar are tested: decided here, all come out the same.
 */
class WrittenCasesTest {

  private static List<Path> files() throws IOException {
    Path directory =
        Path.of(Objects.requireNonNull(System.getProperty("weft.root"), "run by Maven"))
            .resolve("cluster-agent/src/test/resources/policy-cases");
    try (Stream<Path> all = Files.list(directory)) {
      // Of the files in which providers are asked one says what they answer, and nothing besides.
      Path asked = directory.resolve("asked/custom-asked-tcp.yaml");
      return Stream.concat(
              all.filter(file -> file.toString().endsWith(".yaml")).sorted(), Stream.of(asked))
          .toList();
    }
  }

  private static CaseFiles read(Path file, String from, String to) {
    try {
      CaseFiles files = new CaseFiles(Mesh.USUAL);
      String text = Files.readString(file).replaceAll(from, to);
      files.add(String.valueOf(file.getFileName()), text.getBytes(StandardCharsets.UTF_8));
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void allOfThemAreDecidedAsByAnEnvoy() throws IOException {
    List<Path> files = files();
    assertThat(files).hasSizeGreaterThanOrEqualTo(37);
    for (Path file : files) {
      CaseFiles one = read(file, "", "");
      assertThat(one.problems()).isEmpty();
      List<CaseResult> results = one.run(InstantSource.system());
      assertThat(results).as(file.toString()).isNotEmpty();
      assertThat(results).as(file.toString()).allMatch(CaseResult::passed);
    }
  }

  @Test
  void noneOfThemPassesWithAnotherExpectation() throws IOException {
    for (String expect : List.of("allow", "deny", "unauthenticated", "refused")) {
      for (Path file : files()) {
        Set<String> meant =
            read(file, "", "").run(InstantSource.system()).stream()
                .filter(result -> result.asked().expect().words().equals(expect))
                .map(result -> result.asked().name())
                .collect(Collectors.toSet());
        List<CaseResult> turned =
            read(file, "expect: [a-z]+", "expect: " + expect).run(InstantSource.system());
        assertThat(turned)
            .as(file + " as " + expect)
            .allMatch(result -> meant.contains(result.asked().name()) == result.passed());
      }
    }
  }
}
