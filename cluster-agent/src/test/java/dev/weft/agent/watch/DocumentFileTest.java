package dev.weft.agent.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentFileTest {
  @TempDir Path directory;
  private Path file;
  private int reads;

  @BeforeEach
  void name() {
    file = directory.resolve("things.yaml");
  }

  private Validated<String> parse(byte[] text) {
    reads++;
    String content = new String(text, UTF_8);
    return content.startsWith("wrong")
        ? new Validated.Invalid<>(
            List.of(new Problem("", "it is wrong"), new Problem("a.b", "it is worse")))
        : new Validated.Valid<>(content);
  }

  @Test
  void wrongContentIsNamedAndChangesNothing() throws Exception {
    DocumentFile<String> document = DocumentFile.required(file, "the things", this::parse);
    Files.writeString(file, "one");
    assertThat(document.read()).isEmpty();
    Files.writeString(file, "wrong");
    assertThat(document.read())
        .containsExactly(file + ": it is wrong", file + ": a.b: it is worse");
    assertThat(document.read()).as("also when nothing changed since").hasSize(2);
    assertThat(document.inForce()).contains("one");
    Files.writeString(file, "two");
    assertThat(document.read()).isEmpty();
    assertThat(document.inForce()).contains("two");
    assertThat(reads).as("what is the same is not parsed again").isEqualTo(3);
  }

  @Test
  void aFileThatGoesAndComesBackUnchangedIsRightAgain() throws Exception {
    DocumentFile<String> document = DocumentFile.optional(file, "the things", this::parse);
    assertThat(document.read()).as("it may come later").isEmpty();
    assertThat(document.inForce()).isEmpty();
    Files.writeString(file, "one");
    assertThat(document.read()).isEmpty();
    Files.delete(file);
    assertThat(document.read())
        .containsExactly(file + ": it is not there; the things stay as they were");
    assertThat(document.inForce()).contains("one");
    Files.writeString(file, "one");
    assertThat(document.read()).isEmpty();
  }

  @Test
  void oneThatHasToBeThereIsMissed() {
    assertThat(DocumentFile.required(file, "the things", this::parse).read()).hasSize(1);
  }

  @Test
  void whatCannotBeReadAndWhatIsTooLargeIsSaid() throws IOException {
    DocumentFile<String> document = DocumentFile.required(file, "the things", this::parse);
    Files.write(file, new byte[(1 << 20) + 1]);
    assertThat(document.read())
        .containsExactly(file + ": it cannot be read: larger than 1048576 bytes");
    Files.delete(file);
    Files.createDirectory(file);
    assertThat(document.read()).singleElement().asString().contains("it cannot be read");
    assertThat(reads).isZero();
  }
}
