package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.policy.identity.TrustDomain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoliciesTest {
  private static final String HEAD =
      "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n";
  private static final String ONE = HEAD + "metadata: {namespace: shop, name: one}\nspec: {}\n";
  private static final String TWO = HEAD + "metadata: {namespace: shop, name: two}\nspec: {}\n";

  @TempDir Path directory;

  private Policies open(Duration interval) {
    return new Policies(
        directory, new TrustDomain("east.demo"), "weft-system", interval, InstantSource.system());
  }

  private void write(String name, String text) throws Exception {
    Path next = Files.writeString(directory.resolve(".next"), text);
    Files.move(
        next,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private String refusal(String text) throws Exception {
    write("a.yaml", text);
    try (Policies policies = open(Duration.ZERO)) {
      return "accepted " + policies.current().size();
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void filesThatChangeAreReadAgainAndBadOnesChangeNothing() throws Exception {
    write("a.yaml", ONE);
    try (Policies policies = open(Duration.ofMillis(20))) {
      assertThat(policies.current().size()).isEqualTo(1);
      assertThat(policies.loaded()).isEqualTo(1);
      PolicyBook good = policies.current();

      write("b.yaml", "kind: AuthorizationPolicy\n");
      await().until(() -> policies.refused() == 1);
      assertThat(policies.current()).isSameAs(good);

      write("b.yaml", TWO);
      await().until(() -> policies.current().size() == 2);
      Files.delete(directory.resolve("a.yaml"));
      await().until(() -> policies.current().size() == 1);
      assertThat(policies.loaded()).isEqualTo(3);
      assertThat(policies.refused()).isEqualTo(1);
    }
  }

  @Test
  void aDirectoryThatIsGoneChangesNothingAndOneThatNeverWasStartsNothing() throws Exception {
    Path inner = Files.createDirectory(directory.resolve("inner"));
    Files.writeString(inner.resolve("a.yaml"), ONE);
    directory = inner;
    try (Policies policies = open(Duration.ofMillis(20))) {
      Files.delete(inner.resolve("a.yaml"));
      Files.delete(inner);
      await().until(() -> policies.refused() == 1);
      int size = policies.current().size();
      // Between the two deletions the directory may have been seen empty.
      assertThat(size).isLessThanOrEqualTo(1);
    }
    assertThatThrownBy(() -> open(Duration.ZERO)).hasMessageContaining("weft.policy.directory");
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    assertThat(refusal("kind: AuthorizationPolicy")).contains("a.yaml: apiVersion: required");
    assertThat(refusal(ONE + "---\n" + ONE))
        .contains("a.yaml, document 2: metadata.name: shop/one is there already");
    assertThat(refusal(HEAD.replace("AuthorizationPolicy", "AuthorisationPolicy")))
        .contains("a.yaml: kind: expected one of");
    assertThat(refusal("rules: []")).contains("a.yaml: apiVersion: required");
    assertThat(refusal("a: [")).contains("a.yaml: line 1");
    assertThat(refusal(ONE + "---\na: [")).contains("a.yaml: line ");
    assertThat(refusal("kind: List\nitems: [" + "{kind: RequestAuthentication}]"))
        .contains("a.yaml, items[0]: apiVersion: required");
  }

  @Test
  void whatIsForOthersIsLeftOut() throws Exception {
    assertThat(refusal("apiVersion: v1\nkind: ConfigMap\n---\ncases: []\n"))
        .isEqualTo("accepted 0");
    assertThat(
            refusal(
                HEAD
                    + "metadata: {namespace: shop, name: ask}\n"
                    + "spec: {action: CUSTOM, provider: {name: a}, rules: [{}]}\n"))
        .isEqualTo("accepted 0");
  }
}
