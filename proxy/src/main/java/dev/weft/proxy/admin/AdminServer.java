package dev.weft.proxy.admin;

import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.lifecycle.Readiness;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/**
 * HTTP/1.1 on a loopback address: {@code /ready}, {@code /live}, {@code /metrics}, {@code
 * /config_dump}, {@code /logging}, {@code POST /drain}. There is no login: whoever is on the
 * machine may look. A browser's cross-site request is refused. Thread-safe.
 */
public final class AdminServer {
  private static final Logger LOG = Logger.getLogger(AdminServer.class);

  private final HttpServer server;
  private final AdminSource source;
  private final LogLevels levels = new LogLevels();

  private AdminServer(HttpServer server, AdminSource source) {
    this.server = server;
    this.source = source;
  }

  /**
   * Binds.
   *
   * @param address a loopback address; port 0: a free one
   * @return completes when it listens; exceptionally when the address is not to be had or is no
   *     loopback
   */
  public static CompletionStage<AdminServer> start(
      Vertx vertx, HostPort address, AdminSource source) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(address.host())
            .setPort(address.port())
            .setIdleTimeout(60)
            .setMaxHeaderSize(8192)
            .setMaxInitialLineLength(4096);
    HttpServer server = vertx.createHttpServer(options);
    AdminServer admin = new AdminServer(server, source);
    server.requestHandler(admin::handle);
    if (!isLoopback(address.host())) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("admin.address: " + address + " is no loopback address"));
    }
    return server.listen().map(bound -> admin).toCompletionStage();
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** The port bound. */
  public int port() {
    return server.actualPort();
  }

  /** Closes it. */
  public CompletionStage<Void> close() {
    return server.close().toCompletionStage();
  }

  private void handle(HttpServerRequest request) {
    if (request.getHeader("Origin") != null) {
      answer(request, HttpResponseStatus.FORBIDDEN, "text/plain", "not for browsers\n");
      return;
    }
    boolean reads =
        request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    switch (request.path()) {
      case "/live" -> answer(request, HttpResponseStatus.OK, "text/plain", "live\n");
      case "/ready" -> ready(request);
      case "/metrics" ->
          answer(
              request,
              HttpResponseStatus.OK,
              "text/plain; version=0.0.4; charset=utf-8",
              source.metrics());
      case "/config_dump" -> configDump(request);
      case "/logging" -> logging(request, reads);
      case "/drain" -> {
        if (reads) {
          request.response().putHeader("Allow", "POST");
          answer(request, HttpResponseStatus.METHOD_NOT_ALLOWED, "text/plain", "POST it\n");
        } else {
          source.drain();
          answer(request, HttpResponseStatus.ACCEPTED, "text/plain", "draining\n");
        }
      }
      case null, default ->
          answer(request, HttpResponseStatus.NOT_FOUND, "text/plain", "not found\n");
    }
  }

  private void ready(HttpServerRequest request) {
    switch (source.readiness()) {
      case Readiness.Ready ready -> answer(request, HttpResponseStatus.OK, "text/plain", "ready\n");
      case Readiness.NotReady(String reason) ->
          answer(request, HttpResponseStatus.SERVICE_UNAVAILABLE, "text/plain", reason + "\n");
    }
  }

  private void logging(HttpServerRequest request, boolean reads) {
    if (!reads && !request.method().equals(HttpMethod.POST)) {
      request.response().putHeader("Allow", "GET, POST");
      answer(request, HttpResponseStatus.METHOD_NOT_ALLOWED, "text/plain", "GET or POST\n");
      return;
    }
    LogLevels.Outcome outcome =
        reads
            ? new LogLevels.Outcome.Changed()
            : levels.change(request.getParam("category"), request.getParam("level"));
    switch (outcome) {
      case LogLevels.Outcome.Changed changed ->
          answer(
              request,
              HttpResponseStatus.OK,
              "application/json",
              levels.json().encodePrettily() + "\n");
      case LogLevels.Outcome.Rejected(String reason) ->
          answer(request, HttpResponseStatus.BAD_REQUEST, "text/plain", reason + "\n");
    }
  }

  private void configDump(HttpServerRequest request) {
    source
        .configDump()
        .whenComplete((dump, failure) -> {
          if (failure == null) {
            answer(
                request, HttpResponseStatus.OK, "application/json", dump.encodePrettily() + "\n");
          } else {
            LOG.error("no configuration dump", failure);
            answer(
                request, HttpResponseStatus.INTERNAL_SERVER_ERROR, "text/plain", "see the log\n");
          }
        });
  }

  private static void answer(
      HttpServerRequest request, HttpResponseStatus status, String type, String body) {
    HttpServerResponse response = request.response();
    response.setStatusCode(status.code()).putHeader("Content-Type", type).end(body);
  }
}
