package dev.weft.cli.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.istio.cases.Mesh;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README and docs/policy.md have people try does what they say. */
class WrittenExamplesTest {
  private static final Path ROOT =
      Path.of(Objects.requireNonNull(System.getProperty("weft.root"), "run by Maven"));

  private static final Pattern WRITTEN =
      Pattern.compile("cat >(shop/\\S+) <<'YAML'\\n(.*?)\\nYAML\\n", Pattern.DOTALL);

  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** The blocks between fences that begin with a word. */
  private static List<String> blocks(String document, String language) throws IOException {
    return Pattern.compile("^```" + language + "\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
        .matcher(Files.readString(ROOT.resolve(document)))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  private int run(Path place) {
    PrintStream stream = new PrintStream(out, true, UTF_8);
    return new TestRun(Mesh.USUAL, InstantSource.system(), false, stream, stream)
        .run(List.of(place));
  }

  /** Writes what the block's commands write, and tests it. */
  private int play(String block) throws IOException {
    Path shop = Files.createDirectories(directory.resolve("shop"));
    for (MatchResult file : WRITTEN.matcher(block).results().toList()) {
      Files.writeString(directory.resolve(file.group(1)), file.group(2));
    }
    return run(shop);
  }

  @Test
  void theExampleOfTheReadmePasses() throws IOException {
    String block =
        blocks("README.md", "sh").stream()
            .filter(one -> one.contains("policy test"))
            .findFirst()
            .get();
    assertThat(play(block)).isZero();
    assertThat(block).endsWith("# " + out.toString(UTF_8));
  }

  @Test
  void theExampleOfTheHandbookPrintsWhatItSays() throws IOException {
    String block =
        blocks("docs/policy.md", "sh").stream()
            .filter(one -> one.contains("policy test"))
            .findFirst()
            .get();
    assertThat(play(block)).isEqualTo(1);
    assertThat(Files.readString(ROOT.resolve("docs/policy.md")))
        .contains("```\n" + out.toString(UTF_8).replace(directory + "/", "") + "```\n");
  }

  @Test
  void filesOfCasesInTheHandbookPass() throws IOException {
    List<String> files =
        blocks("docs/policy.md", "yaml").stream()
            .filter(one -> one.startsWith("mesh:") || one.contains("weft.dev/cases"))
            .toList();
    assertThat(files).hasSize(2);
    for (String file : files) {
      Path written = Files.writeString(directory.resolve("example.yaml"), file);
      assertThat(run(written)).as(out.toString(UTF_8)).isZero();
    }
  }
}
