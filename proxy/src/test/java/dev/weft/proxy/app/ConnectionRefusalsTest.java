package dev.weft.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.authz.Decision;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.RequestRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionRefusalsTest {

  @ParameterizedTest
  @CsvSource({
    "RBAC_DENIED, rbac_access_denied_matched_policy[no_west]",
    "UNTRUSTED_ISSUER, tls_handshake{untrusted_issuer}",
    "UNKNOWN_SERVER_NAME, filter_chain_not_found{unknown_server_name}",
  })
  void aRefusedConnectionIsCountedAndHasALine(Refusal reason, String details) {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    List<RequestRecord> records = new ArrayList<>();
    ConnectionRefusals refusals =
        new ConnectionRefusals(
            new ProxyMetrics(registry), records::add, () -> Instant.ofEpochMilli(1_000));

    refusals.refused(
        new Refusal.Connection(
            "inbound",
            reason,
            new InetSocketAddress("127.0.0.1", 4000),
            true,
            "9001.payments.default.east.demo",
            "spiffe://east.demo/ns/default/sa/orders",
            reason == Refusal.RBAC_DENIED ? new Decision.ByRule(false, "no west") : null));

    RequestRecord record = records.getFirst();
    assertThat(record.details()).isEqualTo(details);
    assertThat(record.protocol()).isEqualTo("TLS");
    assertThat(record.authority()).isEqualTo("9001.payments.default.east.demo");
    assertThat(record.peer()).isEqualTo("spiffe://east.demo/ns/default/sa/orders");
    assertThat(
            registry
                .get("weft.downstream.refused")
                .tag("listener", "inbound")
                .tag("reason", reason.label())
                .counter()
                .count())
        .isEqualTo(1.0);
  }
}
