package dev.weft.agent.attest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.LoggedRecords;
import dev.weft.agent.attest.TokenIssuer.Keys;
import dev.weft.policy.jwt.JwksFetcher;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.logging.LogRecord;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens where keys cannot even be asked for; the rest is in {@link RemoteKeysTest}. */
class FetchedKeysTest {
  private static final URI SERVER = URI.create("https://127.0.0.1:1/keys");

  @TempDir Path directory;

  private static FetchedKeys fetched(RandomGenerator random) {
    return new FetchedKeys(FetchedKeys.USUAL, Executors.newSingleThreadScheduledExecutor(), random);
  }

  @Test
  void afterTheEndThereAreNone() {
    FetchedKeys keys = fetched(new Random(1));
    keys.close();
    Keys.At at = new Keys.At(new IssuerServer(SERVER, "", ""));
    keys.ask(Set.of(at), directory);
    assertThat(keys.get(at, directory)).isEmpty();
    assertThat(keys.newer(at, directory)).isEmpty();
  }

  @Test
  void aBugIsLoggedAndNobodyWaitsForIt() {
    RandomGenerator broken =
        () -> {
          throw new IllegalStateException("no chance");
        };
    try (LoggedRecords logged = new LoggedRecords(FetchedKeys.class);
        FetchedKeys keys = fetched(broken)) {
      assertThat(keys.get(new Keys.At(new IssuerServer(SERVER, "not-there.pem", "")), directory))
          .isEmpty();
      assertThat(logged.all())
          .extracting(LogRecord::getThrown)
          .filteredOn(IllegalStateException.class::isInstance)
          .hasSize(1);
    }
  }

  @Test
  void aFetchThatCannotBeginIsAFailure() {
    List<String> failures = new ArrayList<>();
    JwksFetcher.Answer answer =
        new JwksFetcher.Answer() {
          @Override
          public void fetched(byte[] json) {
            throw new IllegalStateException("there is nobody");
          }

          @Override
          public void failed(String why) {
            failures.add(why);
          }
        };
    // No path on any system.
    IssuerServer server = new IssuerServer(SERVER, "a\0b", "");
    var _ = new KeyServer(server, directory, Runnable::run).fetch(answer);
    assertThat(failures).hasSize(1);
  }
}
