package dev.weft.agent.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExternalNamesTest {
  private static final String HOST = "api.bank.example";

  private final List<Delta> told = new CopyOnWriteArrayList<>();
  private final Map<String, String> names = new ConcurrentHashMap<>();
  private final AtomicLong clock = new AtomicLong();
  private final MeshStateBuilder mesh = new MeshStateBuilder();
  private ExternalNames externals;

  @AfterEach
  void close() {
    if (externals != null) {
      externals.close();
    }
  }

  private void write(String name, String address) {
    mesh.with(
        new Delta.ExternalWritten(
            new ExternalService(
                new ServiceKey("default", name),
                List.of(),
                new Address(address, 443),
                false,
                Optional.empty())));
  }

  private void open() {
    externals =
        new ExternalNames(
            mesh.build(),
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

  private Map<String, List<String>> newest() {
    return !told.isEmpty()
            && told.getLast() instanceof Delta.ExternalResolved(Map<String, List<String>> all)
        ? all
        : Map.of();
  }

  @Test
  void aNameHasItsAddressesAtOnceAndKeepsThemWhenItHasNoneAnyMore() {
    names.put(HOST, "192.0.2.1");
    write("bank", HOST);
    write("literal", "192.0.2.9");
    open();
    assertThat(newest()).isEqualTo(Map.of(HOST, List.of("192.0.2.1")));
    assertThat(externals.problems()).isEmpty();

    names.put(HOST, "192.0.2.2");
    clock.addAndGet(31_000);
    await().until(() -> newest().equals(Map.of(HOST, List.of("192.0.2.2"))));

    names.clear();
    clock.addAndGet(31_000);
    await().until(() -> !externals.problems().isEmpty());
    assertThat(externals.problems().getFirst()).contains("default/bank", HOST, "192.0.2.2");
    assertThat(newest()).isEqualTo(Map.of(HOST, List.of("192.0.2.2")));
  }

  @Test
  void namesComeAndGoWithTheirServices() {
    open();
    assertThat(told).isEmpty();
    names.put(HOST, "192.0.2.1");
    write("bank", HOST);
    externals.accept(mesh.build());
    await().until(() -> newest().containsKey(HOST));
    mesh.with(new Delta.ExternalRemoved(new ServiceKey("default", "bank")));
    externals.accept(mesh.build());
    await().until(() -> newest().isEmpty());
  }

  @Test
  void aNameThatNobodyKnowsIsSaid() {
    write("bank", HOST);
    open();
    assertThat(newest()).isEmpty();
    assertThat(externals.problems()).hasSize(1);
  }
}
