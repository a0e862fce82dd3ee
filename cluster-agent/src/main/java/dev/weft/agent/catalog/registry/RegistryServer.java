package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The part of Consul's HTTP API that registration and discovery clients use. Runs on one Vert.x
 * context. There is no authentication, so it binds to loopback only.
 */
final class RegistryServer {
  private static final int BODY_LIMIT = 512 * 1024;
  private static final Set<String> PUT_PATHS =
      Set.of(
          "/v1/agent/service/register", "/v1/agent/check/register", "/v1/agent/service/register/");

  private final Registry registry;
  private final CheckRunner checks;
  private final Reads reads;
  private final BlockingQueries blocking;
  private final HttpServer server;
  private final String host;
  private final int port;

  RegistryServer(
      Vertx vertx,
      Context context,
      Registry registry,
      CheckRunner checks,
      String host,
      int port,
      String cluster) {
    if (!InetAddress.ofLiteral(host).isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "weft.registry.address: "
              + host
              + " is not a loopback address, and the registry has no authentication");
    }
    this.registry = registry;
    this.checks = checks;
    String id =
        UUID.nameUUIDFromBytes(("weft:" + cluster).getBytes(StandardCharsets.UTF_8)).toString();
    this.reads = new Reads(new Views(cluster, id, host, cluster));
    this.blocking = new BlockingQueries(vertx, context, registry);
    this.host = host;
    this.port = port;
    this.server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setMaxHeaderSize(16 * 1024)
                .setMaxInitialLineLength(8 * 1024)
                .setIdleTimeout(720)
                .setTcpNoDelay(true));
  }

  /** Listens; completes with the port. */
  Future<Integer> start() {
    return server.requestHandler(this::serve).listen(port, host).map(HttpServer::actualPort);
  }

  void close() {
    blocking.close();
    server.close();
  }

  private void serve(HttpServerRequest request) {
    try {
      if (request.method().equals(HttpMethod.GET)) {
        read(request);
      } else if (request.method().equals(HttpMethod.PUT)) {
        readBody(request);
      } else {
        fail(request, new RegistryError(405, "method " + request.method() + " not allowed"));
      }
    } catch (RegistryError e) {
      fail(request, e);
    }
  }

  private void read(HttpServerRequest request) {
    if (PUT_PATHS.contains(request.path()) || Writes.isWrite(request.path())) {
      throw new RegistryError(405, "method GET not allowed");
    }
    String namespace = request.getParam("ns", "");
    if (!namespace.isEmpty()) {
      throw RegistryError.badRequest(
          "Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature");
    }
    if (request.getParam("filter") != null) {
      throw RegistryError.badRequest(
          "Invalid query parameter: \"filter\" is not supported by the embedded registry");
    }
    Query query = Query.of(request);
    // Unknown paths and parameters are answered before anybody waits.
    reads.answer(query, registry.contents());
    if (!query.blocks()) {
      answer(request, query, registry.contents());
      return;
    }
    blocking.await(query, reads, contents -> answer(request, query, contents), request.response());
  }

  private void answer(HttpServerRequest request, Query query, Contents contents) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    try {
      JsonNode body = reads.answer(query, contents);
      if (query.indexed()) {
        response
            .putHeader("X-Consul-Index", Long.toString(reads.index(query, contents)))
            .putHeader("X-Consul-Knownleader", "true")
            .putHeader("X-Consul-Lastcontact", "0")
            .putHeader("X-Consul-Effective-Consistency", "leader");
      }
      response
          .putHeader("Content-Type", "application/json")
          .end(query.pretty() ? body.toPrettyString() + "\n" : body.toString());
    } catch (RegistryError e) {
      fail(request, e);
    }
  }

  private void readBody(HttpServerRequest request) {
    Buffer body = Buffer.buffer();
    request.handler(part -> {
      if (body.length() + part.length() > BODY_LIMIT) {
        request.handler(rest -> {});
        fail(
            request,
            new RegistryError(413, "Request body too large, max size: " + BODY_LIMIT + " bytes"));
      } else {
        body.appendBuffer(part);
      }
    });
    request.endHandler(nothing -> {
      if (!request.response().ended()) {
        write(request, body.toString(StandardCharsets.UTF_8));
      }
    });
  }

  private void write(HttpServerRequest request, String body) {
    try {
      CompletableFuture<Void> done = Writes.perform(registry, checks, Query.of(request), body);
      Future.fromCompletionStage(done, Vertx.currentContext())
          .onSuccess(nothing ->
              request.response().putHeader("Content-Type", "application/json; charset=utf-8").end())
          .onFailure(e ->
              fail(
                  request,
                  new RegistryError(500, "the change could not be stored: " + e.getMessage())));
    } catch (RegistryError e) {
      fail(request, e);
    }
  }

  private static void fail(HttpServerRequest request, RegistryError error) {
    HttpServerResponse response = request.response();
    if (!response.ended() && !response.closed()) {
      response
          .setStatusCode(error.status())
          .putHeader("Content-Type", "text/plain; charset=utf-8")
          .end(error.getMessage());
    }
  }
}
