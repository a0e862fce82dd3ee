package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * The part of Consul's HTTP API that registration and discovery clients use: reads requests and
 * writes answers. Runs on one Vert.x context. There is no authentication, so it has to be bound to
 * loopback.
 */
final class RegistryServer {
  /** Bytes of a body at most. */
  static final int BODY_LIMIT = 512 * 1024;

  private static final System.Logger LOG = System.getLogger(RegistryServer.class.getName());
  private static final long BODY_MILLIS = 30_000;
  private static final long IDLE_MILLIS = 120_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectWriter PRETTY =
      JSON.writer(
          new DefaultPrettyPrinter(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
              .withObjectIndenter(new DefaultIndenter("    ", "\n"))
              .withArrayIndenter(new DefaultIndenter("    ", "\n")));

  private final Vertx vertx;
  private final Context context;
  private final Registry registry;
  private final Endpoints endpoints;
  private final String datacenter;
  private final BlockingQueries blocking;
  private final Connections connections;
  private final HttpServer server;

  RegistryServer(
      Vertx vertx, Context context, Registry registry, NodeView node, RandomGenerator random) {
    this.vertx = vertx;
    this.context = context;
    this.registry = registry;
    Views views = new Views(node);
    this.endpoints =
        new Endpoints(new CatalogReads(views), new AgentReads(views), new Writes(registry));
    this.datacenter = node.datacenter();
    this.blocking = new BlockingQueries(vertx, context, registry, random);
    this.connections = new Connections(vertx, IDLE_MILLIS);
    this.server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setMaxHeaderSize(16 * 1024)
                .setMaxInitialLineLength(8 * 1024)
                .setHandle100ContinueAutomatically(true)
                .setTcpNoDelay(true));
  }

  /** Listens; completes with the port. Called on the context. */
  Future<Integer> start(String host, int port) {
    return server
        .connectionHandler(connections::accepted)
        .requestHandler(this::serve)
        .exceptionHandler(
            e -> LOG.log(System.Logger.Level.DEBUG, "a client's connection failed", e))
        .listen(port, host)
        .map(HttpServer::actualPort);
  }

  /** Called on the context. */
  void close() {
    blocking.close();
    server.close();
  }

  private void serve(HttpServerRequest request) {
    connections.began(request);
    try {
      route(request);
    } catch (RegistryError e) {
      fail(request, e);
    } catch (IllegalArgumentException e) {
      // A query string with a broken escape.
      fail(request, RegistryError.badRequest("Invalid query parameter: " + e.getMessage()));
    }
  }

  private void route(HttpServerRequest request) {
    String path = request.path();
    if (path.contains("//")) {
      redirect(request, path.replaceAll("/+", "/"));
      return;
    }
    if (path.equals("/")) {
      respond(request, 200, "text/plain; charset=utf-8", "Consul Agent: UI disabled.");
      return;
    }
    switch (endpoints.find(path)) {
      case Endpoints.Found.Redirect(String location) -> redirect(request, location);
      case Endpoints.Found.At(Endpoint endpoint, String name) -> {
        request.response().putHeader("Vary", "Accept-Encoding");
        request.response().putHeader("X-Consul-Default-Acl-Policy", "allow");
        String method = request.method().name();
        if (method.equals("OPTIONS")) {
          request.response().putHeader("Allow", "OPTIONS," + endpoint.method());
          respond(request, 200, "application/json; charset=utf-8", "");
        } else if (method.equals(endpoint.method())) {
          serve(request, endpoint, name);
        } else {
          request.response().putHeader("Allow", "OPTIONS," + endpoint.method());
          throw new RegistryError(405, "method " + method + " not allowed");
        }
      }
    }
  }

  private void serve(HttpServerRequest request, Endpoint endpoint, String name) {
    String asked = request.getParam("dc", "");
    if (endpoint.ofDatacenter() && !asked.isEmpty() && !asked.equalsIgnoreCase(datacenter)) {
      throw new RegistryError(500, "No path to datacenter");
    }
    Query query = Query.of(name, request.params());
    switch (endpoint) {
      case Endpoint.Write(Endpoint.Writing writing) ->
          readBody(request, body -> write(request, writing, query, body));
      case Endpoint.Plain(boolean _, Endpoint.Reading reading) ->
          answer(request, query, reading.read(query, registry.contents()));
      case Endpoint.Hashed(var changed, Endpoint.Reading reading) ->
          await(
              request,
              query,
              new Topic.Registrations(),
              contents -> query.hash().isEmpty() || changed.test(query, contents),
              reading);
      case Endpoint.Indexed(var topic, Endpoint.Reading reading) -> {
        Topic watched = topic.apply(query);
        await(
            request,
            query,
            watched,
            contents ->
                query.index() == 0
                    || Long.compareUnsigned(contents.index(watched), query.index()) > 0,
            (asRead, contents) -> {
              Reply reply = reading.read(asRead, contents);
              request
                  .response()
                  .putHeader("X-Consul-Effective-Consistency", query.consistency())
                  .putHeader("X-Consul-Index", Long.toString(contents.index(watched)))
                  .putHeader("X-Consul-Knownleader", "true")
                  .putHeader("X-Consul-Lastcontact", "0")
                  .putHeader("X-Consul-Query-Backend", "blocking-query");
              return reply;
            });
      }
    }
  }

  private void await(
      HttpServerRequest request,
      Query query,
      Topic topic,
      Predicate<Contents> ready,
      Endpoint.Reading reading) {
    blocking.await(
        topic,
        ready,
        query.waitMillis(),
        request.response(),
        () -> {
          try {
            answer(request, query, reading.read(query, registry.contents()));
          } catch (RegistryError e) {
            fail(request, e);
          }
        });
  }

  private void answer(HttpServerRequest request, Query query, Reply reply) {
    reply.headers().forEach(request.response()::putHeader);
    if (reply.body().isTextual() && query.text("format").equals("text")) {
      respond(request, reply.status(), "text/plain", reply.body().textValue());
    } else {
      String body = query.pretty() ? pretty(reply.body()) + "\n" : reply.body().toString();
      respond(request, reply.status(), "application/json", body);
    }
  }

  private static String pretty(JsonNode body) {
    try {
      return PRETTY.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a tree that cannot be written", e);
    }
  }

  private void readBody(HttpServerRequest request, Consumer<String> whole) {
    Buffer body = Buffer.buffer();
    long timer =
        vertx.setTimer(
            BODY_MILLIS,
            id -> end(request, new RegistryError(408, "the body did not come within 30 s")));
    request.exceptionHandler(e -> vertx.cancelTimer(timer));
    request.handler(part -> {
      if (body.length() + part.length() > BODY_LIMIT) {
        vertx.cancelTimer(timer);
        end(
            request,
            new RegistryError(413, "Request body too large, max size: " + BODY_LIMIT + " bytes"));
      } else {
        body.appendBuffer(part);
      }
    });
    request.endHandler(nothing -> {
      vertx.cancelTimer(timer);
      if (!request.response().ended()) {
        whole.accept(body.toString(StandardCharsets.UTF_8));
      }
    });
  }

  private void write(
      HttpServerRequest request, Endpoint.Writing writing, Query query, String body) {
    try {
      Future.fromCompletionStage(writing.write(query, body), context)
          .onSuccess(nothing -> respond(request, 200, "application/json; charset=utf-8", ""))
          .onFailure(e ->
              fail(
                  request,
                  e instanceof RegistryError refused
                      ? refused
                      : new RegistryError(500, "the change could not be stored: " + e)));
    } catch (RegistryError e) {
      fail(request, e);
    }
  }

  private static void redirect(HttpServerRequest request, String location) {
    String query = request.query();
    request.response().putHeader("Location", query == null ? location : location + "?" + query);
    respond(request, 307, "text/plain; charset=utf-8", "");
  }

  private static void fail(HttpServerRequest request, RegistryError error) {
    respond(
        request, error.status(), "text/plain; charset=utf-8", String.valueOf(error.getMessage()));
  }

  /** Refuses a request that has not ended: the connection ends with it. */
  private static void end(HttpServerRequest request, RegistryError error) {
    if (!request.response().ended()) {
      request.handler(rest -> {});
      request.response().putHeader("Connection", "close");
      request.response().endHandler(sent -> request.connection().close());
      fail(request, error);
    }
  }

  private static void respond(HttpServerRequest request, int status, String type, String body) {
    HttpServerResponse response = request.response();
    if (!response.ended() && !response.closed()) {
      response.setStatusCode(status).putHeader("Content-Type", type).end(body);
    }
  }
}
