package dev.weft.agent.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceStoreTest {

  @TempDir Path directory;
  ResourceStore store;

  @BeforeEach
  void open() throws IOException {
    store = new ResourceStore(directory.resolve("resources"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "default/payments",
        "../../etc/passwd",
        ".",
        "..",
        ".hidden",
        "a%2Fb",
        "a b\n\"c\"",
        "Größe",
        "\0",
        "x"
      })
  void anyNameComesBackAfterARestart(String name) throws IOException {
    store.put("failover-policies", name, bytes("of " + name));

    ResourceStore reopened = new ResourceStore(directory.resolve("resources"));

    assertThat(reopened.loadAll("failover-policies").resources()).containsOnlyKeys(name);
    assertThat(reopened.get("failover-policies", name)).hasValue(bytes("of " + name));
    assertThat(files()).allMatch(file -> file.getParent().equals(kindDirectory()));
  }

  @Test
  void namesTooLongForAFileSystemStayApart() throws IOException {
    String first = "n".repeat(1000) + "1";
    String second = "n".repeat(1000) + "2";
    store.put("failover-policies", first, bytes("1"));
    store.put("failover-policies", second, bytes("2"));

    assertThat(store.loadAll("failover-policies").resources()).containsOnlyKeys(first, second);
  }

  @Test
  void aDeletedResourceStaysDeleted() throws IOException {
    store.put("failover-policies", "a", bytes("1"));

    assertThat(store.delete("failover-policies", "a")).isTrue();
    assertThat(store.delete("failover-policies", "a")).isFalse();
    assertThat(store.loadAll("failover-policies").resources()).isEmpty();
  }

  @Test
  void corruptFilesAreNamedAndSetAsideAndTheOthersLoad() throws IOException {
    for (String name : List.of("good", "cut", "flipped", "empty")) {
      store.put("failover-policies", name, bytes("{\"of\": \"" + name + "\"}"));
    }
    Path cut = kindDirectory().resolve("cut.yaml");
    Files.writeString(cut, Files.readString(cut).substring(0, 95));
    Path flipped = kindDirectory().resolve("flipped.yaml");
    Files.writeString(flipped, Files.readString(flipped).replace("of", "if"));
    Files.write(kindDirectory().resolve("empty.yaml"), new byte[0]);
    Files.copy(kindDirectory().resolve("good.yaml"), kindDirectory().resolve("copied.yaml"));

    Loaded loaded = store.loadAll("failover-policies");

    assertThat(loaded.resources()).containsOnlyKeys("good");
    assertThat(loaded.corrupt())
        .extracting(Loaded.Corrupt::file)
        .containsExactlyInAnyOrder(
            "failover-policies/.quarantine/cut.yaml",
            "failover-policies/.quarantine/flipped.yaml",
            "failover-policies/.quarantine/empty.yaml",
            "failover-policies/.quarantine/copied.yaml");
    assertThat(store.loadAll("failover-policies").corrupt()).as("still visible").hasSize(4);
    assertThat(loaded.lost())
        .as("what was copied is there")
        .extracting(Loaded.Corrupt::name)
        .containsExactlyInAnyOrder("cut", "flipped", "empty");
    assertThat(loaded.lost().stream().filter(one -> one.name().equals("flipped")))
        .singleElement()
        .extracting(Loaded.Corrupt::content)
        .asString()
        .contains("{\"if\": \"flipped\"}");
  }

  @Test
  void whatIsSetAsideIsForgottenWhenItsNameIsWrittenAgain() throws IOException {
    String longest = "default/" + "n".repeat(300);
    for (String name : List.of("default/a.b", longest)) {
      store.put("failover-policies", name, bytes("{}"));
    }
    for (Path file : files()) {
      Files.write(file, new byte[0]);
    }
    Loaded loaded = store.loadAll("failover-policies");
    assertThat(loaded.lost())
        .hasSize(2)
        .allMatch(one ->
            longest.startsWith(one.name().substring(0, 9)) || one.name().equals("default/a.b"));
    for (Loaded.Corrupt corrupt : loaded.lost()) {
      store.forgetCorrupt("failover-policies", corrupt.name());
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void theRestOfAnInterruptedWriteIsRemoved() throws IOException {
    store.put("failover-policies", "a", bytes("1"));
    Files.writeString(kindDirectory().resolve(".1-1.tmp"), "half a wri");

    Loaded loaded = store.loadAll("failover-policies");

    assertThat(loaded.resources()).containsOnlyKeys("a");
    assertThat(loaded.corrupt()).isEmpty();
    assertThat(kindDirectory().resolve(".1-1.tmp")).doesNotExist();
  }

  @Test
  void filesAreReadableForPeopleAndForTheirOwnerOnly() throws IOException {
    store.put("failover-policies", "a", JsonNodeFactory.instance.objectNode().put("threshold", 70));

    Path file = kindDirectory().resolve("a.yaml");
    assertThat(Files.readString(file)).contains("name=\"a\"\n{\n  \"threshold\" : 70\n}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kindDirectory())))
        .isEqualTo("rwx------");
  }

  @Test
  void concurrentWritersOfOneNameLeaveOneWholeValue() throws Exception {
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 40; i++) {
        byte[] content = bytes(String.valueOf(i % 10).repeat(5000));
        writers.submit(() -> {
          store.put("failover-policies", "a", content);
          return null;
        });
      }
    }

    Loaded loaded = store.loadAll("failover-policies");

    assertThat(loaded.corrupt()).isEmpty();
    assertThat(new String(loaded.resources().get("a"), UTF_8)).matches("(\\d)\\1{4999}");
  }

  @Test
  void aKindIsNoPath() {
    assertThatIllegalArgumentException().isThrownBy(() -> store.put("../x", "a", bytes("1")));
  }

  private Path kindDirectory() {
    return directory.resolve("resources").resolve("failover-policies");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
