package dev.weft.agent.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.telemetry.FederationMetrics;
import dev.weft.v1.Entry;
import dev.weft.v1.ExportedInstance;
import dev.weft.v1.ExportedService;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer may say, and what becomes of the rest. */
class ImportFeedTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final FederationMetrics metrics = new FederationMetrics(registry);
  private final FederationMetrics.Origin west = metrics.origin("west");
  private final List<Delta> told = new ArrayList<>();
  private final ImportFeed feed =
      new ImportFeed("demo", told::add, () -> 1_000, metrics::entryRefused);

  private static ExportedService.Builder payments() {
    return ExportedService.newBuilder()
        .setNamespace("default")
        .setName("payments")
        .setProtocol("http")
        .setIdentity("spiffe://west.demo/ns/default/sa/payments")
        .addInstances(
            ExportedInstance.newBuilder()
                .setId("payments-1")
                .setSni("payments-1.9001.payments.default.west.demo")
                .setWeight(1));
  }

  private void put(Consumer<ExportedService.Builder> change) {
    ExportedService.Builder service = payments();
    change.accept(service);
    feed.put(
        "west/service/default/payments",
        Entry.newBuilder()
            .setKey("service/default/payments")
            .setService(service)
            .build()
            .toByteArray());
  }

  private static ExportedInstance.Builder first(ExportedService.Builder service) {
    return service.getInstancesBuilder(0);
  }

  private double refused(String reason) {
    return registry
        .find("weft_federation_entries_refused")
        .tag("peer", "west")
        .tag("reason", reason)
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Test
  void whatAPeerMaySayIsTaken() {
    put(service -> {});
    assertThat(told).singleElement().isInstanceOf(Delta.Imported.class);
    assertThat(registry.find("weft_federation_entries_refused").counters()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "key",
        "protocol",
        "settings",
        "identity",
        "too_many_instances",
        "instance_id",
        "server_name",
        "weight",
        "labels"
      })
  void anEntryThatIsNotItsToSendIsCountedAndTakesWhatItSaidBeforeAway(String reason) {
    put(service -> {
      switch (reason) {
        case "key" -> service.setName("ledger");
        case "protocol" -> service.setProtocol("gopher");
        case "settings" -> service.putSettings("x", "y".repeat(300));
        case "identity" -> service.setIdentity("spiffe://east.demo/ns/default/sa/payments");
        case "too_many_instances" -> {
          for (int i = 0; i < ImportDecoder.MOST_INSTANCES; i++) {
            service.addInstances(first(service).clone().setId("i-" + i));
          }
        }
        case "instance_id" -> service.addInstances(first(service).clone());
        case "server_name" -> first(service).setSni("payments-1.9001.payments.default.east.demo");
        case "weight" -> first(service).setWeight(0);
        case "labels" -> first(service).putLabels("x", "y".repeat(300));
        default -> throw new IllegalArgumentException(reason);
      }
    });
    assertThat(told)
        .containsExactly(new Delta.ImportRemoved("west", new ServiceKey("default", "payments")));
    assertThat(refused(reason)).isEqualTo(1);
  }

  @Test
  void theCountsOfAPeerGoWithIt() {
    int before = registry.getMeters().size();
    for (int i = 0; i < 1_000; i++) {
      FederationMetrics.Origin peer = metrics.origin("peer-" + i);
      peer.heartbeatAge(() -> 0);
      peer.heartbeat(3);
      peer.disconnected("timeout");
      metrics.entryRefused("peer-" + i, "key");
      peer.close();
      peer.disconnected("removed");
      metrics.entryRefused("peer-" + i, "key");
    }
    assertThat(registry.getMeters()).hasSize(before);

    put(service -> service.setProtocol("gopher"));
    // It is back before it was forgotten to the end.
    FederationMetrics.Origin again = metrics.origin("west");
    again.entry();
    west.close();
    assertThat(refused("protocol")).isZero();
    put(service -> service.setProtocol("gopher"));
    assertThat(refused("protocol")).isEqualTo(1);
    assertThat(
            registry.get("weft_federation_entries_received").tag("peer", "west").counter().count())
        .isEqualTo(1);
  }
}
