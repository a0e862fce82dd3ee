package dev.weft.agent.app;

import dev.weft.agent.attest.WellKnown;
import dev.weft.agent.xds.Rehearsal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * What a run that makes the AOT cache does once everything was started: once what the first minute
 * of an agent's life is made of.
 */
final class Training {
  private static final Logger LOG = Logger.getLogger(Training.class);

  private Training() {}

  /** After everything was started. A step that fails costs a better cache, nothing else. */
  static void run(Agent agent) {
    String api = "http://127.0.0.1:" + System.getProperty(TrainingDefaults.HTTP_PORT);
    String registry = "http://" + System.getProperty(TrainingDefaults.REGISTRY);
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      String token =
          "Bearer " + Files.readString(agent.settings.dataDir().resolve("admin-token")).strip();
      String service =
          "{\"ID\": \"agent-1\", \"Name\": \"agent\", \"Address\": \"127.0.0.1\", \"Port\": 9001,"
              + " \"Check\": {\"HTTP\": \""
              + api
              + "/q/health\", \"Interval\": \"1s\"}}";
      call(
          client,
          request(registry + "/v1/agent/service/register")
              .PUT(HttpRequest.BodyPublishers.ofString(service)));
      for (String path :
          List.of("/v1/agent/services", "/v1/catalog/services", "/v1/health/service/agent")) {
        call(client, request(registry + path));
      }
      Rehearsal.run(
          agent.port.port(),
          agent.tls,
          WellKnown.agent(agent.settings.trustDomain()),
          "127.0.0.1:9001");
      String joinToken =
          "{\"namespace\": \"default\", \"serviceAccount\": \"payments\", \"services\": [\"payments\"],"
              + " \"role\": \"sidecar\", \"ttlSeconds\": 60, \"uses\": 1}";
      call(
          client,
          request(api + "/api/v1/join-tokens")
              .header("Authorization", token)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(joinToken)));
      for (String path :
          List.of(
              "/q/health", "/metrics", "/api/v1/clusters", "/api/v1/services", "/api/v1/proxies")) {
        call(client, request(api + path).header("Authorization", token));
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      LOG.warnf(e, "a step of the training run failed: %s", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HttpRequest.Builder request(String uri) {
    return HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(10));
  }

  private static void call(HttpClient client, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    LOG.debugf("%s: %d", response.uri(), response.statusCode());
  }
}
