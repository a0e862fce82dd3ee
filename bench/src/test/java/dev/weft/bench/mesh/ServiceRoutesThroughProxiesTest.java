package dev.weft.bench.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningSidecar;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What somebody writes as a {@code ServiceRoute} is what a caller's sidecar does: agent and
 * sidecars are real, and so is the TLS between them.
 */
class ServiceRoutesThroughProxiesTest {
  private static final String CANARY = "x-canary: 1";

  @TempDir private static Path directory;
  private static OneCluster mesh;
  private static RunningSidecar stable;
  private static RunningSidecar next;

  /** Of the service's own namespace. */
  private static RunningSidecar neighbour;

  /** Of another namespace. */
  private static RunningSidecar consumer;

  @BeforeAll
  static void start() throws Exception {
    mesh = new OneCluster(directory);
    stable = mesh.serve("payments");
    next = mesh.serve("payments-v2");
    mesh.serve("audit");
    neighbour = mesh.caller("default", "orders");
    consumer = mesh.caller("shop", "cart");
    for (String service : new String[] {"payments", "payments-v2", "audit"}) {
      for (RunningSidecar caller : new RunningSidecar[] {neighbour, consumer}) {
        // The first connections may take longer than their time-out where everything is cold.
        await()
            .atMost(Duration.ofSeconds(90))
            .until(() -> call(caller, service, "GET", "/"), service::equals);
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (mesh != null) {
      mesh.close();
    }
  }

  @AfterEach
  void noRoutes() throws IOException {
    mesh.removeAll();
  }

  /** Who answers: the service's name, or the status when it is not 200. */
  private static String call(
      RunningSidecar caller, String service, String method, String path, String... headers)
      throws IOException {
    try (RawClient client = RawClient.to(caller.outbound().port())) {
      RawClient.Answer answer = client.send(request(service, method, path, headers)).read();
      return answer.status() == 200 ? answer.body() : String.valueOf(answer.status());
    }
  }

  private static String request(String service, String method, String path, String... headers) {
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    request.append("host: ").append(service).append(".default.mesh\r\ncontent-length: 0\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return request.append("\r\n").toString();
  }

  private static String pay(RunningSidecar caller, String path, String... headers)
      throws IOException {
    return call(caller, "payments", "GET", path, headers);
  }

  private static void awaitAnswer(String expected, RunningSidecar caller, String path) {
    await().until(() -> pay(caller, path), expected::equals);
  }

  @Test
  void aRuleByPathMethodAndHeaderSendsToAnotherService() throws Exception {
    mesh.write(
        "default",
        "payments",
        """
        {service: {name: payments}, rules: [
          {matches: [{path: {prefix: /v2}, method: GET, headers: {X-Canary: "1"}}, {path: {exact: /now}}],
           to: [{service: payments-v2}]}]}
        """);
    awaitAnswer("payments-v2", neighbour, "/now?with=query");
    assertThat(pay(neighbour, "/v2", CANARY)).isEqualTo("payments-v2");
    assertThat(pay(neighbour, "/v2/cards?id=1", CANARY)).isEqualTo("payments-v2");
    assertThat(pay(neighbour, "/v20", CANARY)).isEqualTo("payments");
    assertThat(pay(neighbour, "/v2", "x-canary: 10")).isEqualTo("payments");
    assertThat(pay(neighbour, "/v2")).isEqualTo("payments");
    assertThat(call(neighbour, "payments", "POST", "/v2", CANARY)).isEqualTo("payments");
    assertThat(call(neighbour, "payments", "POST", "/now")).isEqualTo("payments-v2");
    assertThat(pay(neighbour, "/now/and/then")).isEqualTo("payments");
    // A service of its own name is not touched.
    assertThat(call(neighbour, "payments-v2", "GET", "/v2", CANARY)).isEqualTo("payments-v2");
    assertThat(call(neighbour, "audit", "GET", "/now")).isEqualTo("audit");
    for (RunningSidecar called : new RunningSidecar[] {stable, next}) {
      assertThat(called.metrics())
          .contains("peer=\"east.demo/default/orders\"")
          .containsPattern("weft_downstream_tls_handshakes_total\\{[^}]*listener=\"inbound\"");
    }
  }

  @Test
  void requestsAreSplitByWeight() throws Exception {
    mesh.write(
        "default",
        "payments",
        """
        {service: {name: payments}, rules: [
          {to: [{service: payments-v2, weight: 3}, {service: audit}, {service: payments, weight: 0}]}]}
        """);
    await().until(() -> !pay(neighbour, "/").equals("payments"));
    Map<String, Integer> answers = new HashMap<>();
    try (RawClient client = RawClient.to(neighbour.outbound().port())) {
      for (int i = 0; i < 400; i++) {
        String body = client.send(request("payments", "GET", "/" + i)).read().body();
        answers.merge(body, 1, Integer::sum);
      }
    }
    assertThat(answers).containsOnlyKeys("payments-v2", "audit");
    // 300 are expected; 50 are more than five times the standard deviation.
    assertThat(answers.get("payments-v2")).isBetween(250, 350);
  }

  @Test
  void aConsumersRouteIsForItsNamespaceAloneAndComesFirst() throws Exception {
    mesh.write(
        "default",
        "payments",
        """
        {service: {name: payments}, rules: [
          {matches: [{path: {prefix: /pay}}, {path: {prefix: /refund}}], to: [{service: payments-v2}]}]}
        """);
    mesh.write(
        "shop",
        "stub",
        """
        {service: {name: payments, namespace: default}, rules: [
          {matches: [{path: {prefix: /pay}}], to: [{service: audit, namespace: default}]}]}
        """);
    awaitAnswer("audit", consumer, "/pay");
    assertThat(pay(consumer, "/refund")).isEqualTo("payments-v2");
    assertThat(pay(consumer, "/")).isEqualTo("payments");
    awaitAnswer("payments-v2", neighbour, "/refund");
    assertThat(pay(neighbour, "/pay")).isEqualTo("payments-v2");
    assertThat(pay(neighbour, "/")).isEqualTo("payments");

    mesh.remove("shop", "stub");
    awaitAnswer("payments-v2", consumer, "/pay");
    mesh.remove("default", "payments");
    awaitAnswer("payments", consumer, "/pay");
    awaitAnswer("payments", neighbour, "/refund");
  }

  @Test
  void aPartDividesWhatItIsGivenAndAnswers503WhereItIsNot() throws Exception {
    mesh.write(
        "default",
        "payments",
        """
        {service: {name: payments}, rules: [
          {matches: [{path: {prefix: /admin}}], delegate: {name: admin, namespace: ops}}]}
        """);
    awaitAnswer("503", neighbour, "/admin/users");
    assertThat(pay(neighbour, "/")).isEqualTo("payments");

    mesh.write(
        "ops",
        "admin",
        """
        {rules: [
          {matches: [{path: {prefix: /admin/users}}], to: [{service: audit, namespace: default}]},
          {matches: [{path: {exact: /}}, {path: {prefix: /other}}],
           to: [{service: payments-v2, namespace: default}]}]}
        """);
    awaitAnswer("audit", neighbour, "/admin/users/1");
    assertThat(pay(neighbour, "/admin/roles")).isEqualTo("payments");
    assertThat(pay(neighbour, "/")).isEqualTo("payments");
    assertThat(pay(neighbour, "/other")).isEqualTo("payments");

    mesh.remove("ops", "admin");
    awaitAnswer("503", neighbour, "/admin/users/1");
    mesh.remove("default", "payments");
    awaitAnswer("payments", neighbour, "/admin/users/1");
  }
}
