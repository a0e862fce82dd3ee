package dev.weft.agent.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

/**
 * Lets nobody near any path of the HTTP port without the admin token, but to health and metrics
 * from this very machine. Stands before all routing, so a path that nobody thought of is shut too.
 * Runs on event loops; blocks none.
 */
@Singleton
final class ApiGuard {

  private static final int BEFORE_ALL = 1000;

  private final Instance<ApiContext> context;

  ApiGuard(Instance<ApiContext> context) {
    this.context = context;
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, BEFORE_ALL);
  }

  private void check(RoutingContext request) {
    String authorization = request.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (open(request)
        || (authorization != null && context.get().adminToken().allows(authorization))) {
      request.next();
      return;
    }
    request
        .response()
        .setStatusCode(401)
        .putHeader("WWW-Authenticate", "Bearer")
        .putHeader(HttpHeaders.CONTENT_TYPE, ProblemDocument.MEDIA_TYPE)
        .end(
            "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,"
                + "\"detail\":\"the admin token is needed: Authorization: Bearer <token>\"}");
  }

  private static boolean open(RoutingContext request) {
    String path = request.normalizedPath();
    boolean harmless =
        path.equals("/metrics") || path.equals("/q/health") || path.startsWith("/q/health/");
    return harmless && loopback(request.request().remoteAddress().hostAddress());
  }

  private static boolean loopback(String address) {
    return address.startsWith("127.") || address.equals("::1") || address.equals("0:0:0:0:0:0:0:1");
  }
}
