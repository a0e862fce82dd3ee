package dev.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in files, and what is planted, is found in text, and told by its name only. */
class MarksTest {
  @TempDir private Path directory;

  @Test
  void keysTokensAndWhatIsPlantedAreFound() throws Exception {
    byte[] key = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate().getEncoded();
    String pem = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
    Files.writeString(
        directory.resolve("identity.pem"),
        "-----BEGIN PRIVATE KEY-----\n" + pem + "\n-----END PRIVATE KEY-----\n");
    Files.writeString(directory.resolve("token"), "a-join-token\n");
    Marks marks = new Marks();
    marks.collect(directory);
    String planted = marks.plant("cookie");

    assertThat(marks.size()).isEqualTo(3);
    assertThat(marks.in("INFO " + pem)).containsExactly("identity.pem key 0");
    assertThat(marks.in("a-join-token and " + planted)).containsExactly("token", "cookie");
    assertThat(marks.in("INFO nothing")).isEmpty();
  }
}
