package dev.weft.agent.providers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.state.Delta;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Host;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvidersFileTest {
  private static final String NAMED =
      "extensionProviders: [{name: a, envoyExtAuthzGrpc: {service: authz.example.com, port: 9000}}]";

  @TempDir Path directory;
  final List<Delta> told = new CopyOnWriteArrayList<>();
  final Map<String, String> names = new ConcurrentHashMap<>();
  final AtomicLong clock = new AtomicLong();
  ProvidersFile file;

  @AfterEach
  void close() {
    if (file != null) {
      file.close();
    }
  }

  private void open() {
    file =
        new ProvidersFile(
            directory.resolve("providers.yaml"),
            told::add,
            Duration.ofMillis(20),
            host -> {
              String address = names.get(host);
              if (address == null) {
                throw new UnknownHostException(host);
              }
              return List.of(InetAddress.ofLiteral(address));
            },
            clock::get);
  }

  private void write(String text) throws Exception {
    Path next = Files.writeString(directory.resolve("next"), text);
    Files.move(
        next,
        directory.resolve("providers.yaml"),
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private List<Provider> newest() {
    return told.getLast() instanceof Delta.ProvidersConfigured(List<Provider> providers)
        ? providers
        : List.of();
  }

  @Test
  void whatIsWrongIsNamedAndWhoWasThereStays() throws Exception {
    write("extensionProviders: [{name: a, envoyExtAuthzGrpc: {service: a.b}}]");
    open();
    assertThat(newest()).extracting(Provider::name).containsExactly("a");
    assertThat(file.problems()).isEmpty();

    write("extensionProviders: [{name: b, envoyExtAuthzGrpc: {service: a.b, colour: red}}]");
    await().until(() -> !file.problems().isEmpty());
    assertThat(file.problems())
        .containsExactly(
            directory.resolve("providers.yaml")
                + ": extensionProviders[0].envoyExtAuthzGrpc.colour: unknown field");
    Files.delete(directory.resolve("providers.yaml"));
    await().until(() -> file.problems().getFirst().contains("not there"));
    assertThat(newest()).extracting(Provider::name).containsExactly("a");

    write("extensionProviders: [{name: b, envoyExtAuthzGrpc: {service: a.b}}]");
    await().until(() -> newest().getFirst().name().equals("b"));
    await().until(() -> file.problems().isEmpty());
    write("extensionProviders: []");
    await().until(() -> newest().isEmpty());
  }

  @Test
  void aNameBecomesItsAddressesAndKeepsThemWhenItHasNoneAnyMore() throws Exception {
    names.put("authz.example.com", "192.0.2.1");
    write(NAMED);
    open();
    assertThat(newest().getFirst().host())
        .isEqualTo(new Host.Outside("authz.example.com", 9000, List.of("192.0.2.1")));

    names.put("authz.example.com", "192.0.2.2");
    clock.addAndGet(31_000);
    await()
        .until(() ->
            newest().getFirst().host()
                    instanceof Host.Outside(String _, int _, List<String> addresses)
                && addresses.contains("192.0.2.2"));

    names.clear();
    clock.addAndGet(31_000);
    await().until(() -> !file.problems().isEmpty());
    assertThat(file.problems().getFirst()).contains("authz.example.com", "192.0.2.2");
    assertThat(newest().getFirst().host())
        .isEqualTo(new Host.Outside("authz.example.com", 9000, List.of("192.0.2.2")));
  }

  @Test
  void aNameThatNobodyKnowsIsAProviderWithoutAddresses() throws Exception {
    write(NAMED);
    open();
    assertThat(newest().getFirst().host())
        .isEqualTo(new Host.Outside("authz.example.com", 9000, List.of()));
    assertThat(file.problems()).isNotEmpty();
  }
}
