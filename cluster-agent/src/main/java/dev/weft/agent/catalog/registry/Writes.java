package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;

/** The calls that change something. Each completes when what it changed is durable. */
final class Writes {
  private static final String DEREGISTER = "/v1/agent/service/deregister/";
  private static final String DEREGISTER_CHECK = "/v1/agent/check/deregister/";
  private static final String PASS = "/v1/agent/check/pass/";
  private static final String WARN = "/v1/agent/check/warn/";
  private static final String FAIL = "/v1/agent/check/fail/";
  private static final String UPDATE = "/v1/agent/check/update/";

  private Writes() {}

  /** Whether the path is one that is only written. */
  static boolean isWrite(String path) {
    return path.startsWith(DEREGISTER)
        || path.startsWith(DEREGISTER_CHECK)
        || path.startsWith(PASS)
        || path.startsWith(WARN)
        || path.startsWith(FAIL)
        || path.startsWith(UPDATE);
  }

  static CompletableFuture<Void> perform(
      Registry registry, CheckRunner checks, Query query, String body) {
    String path = query.path();
    if (path.equals("/v1/agent/service/register")) {
      RequestParser.Request request = RequestParser.service(body);
      return registry.register(request.registration(), request.checks(), query.replaceChecks());
    }
    if (path.equals("/v1/agent/check/register")) {
      return registry.registerCheck(RequestParser.check(body));
    }
    if (path.startsWith(DEREGISTER)) {
      return registry.deregister(query.after(DEREGISTER));
    }
    if (path.startsWith(DEREGISTER_CHECK)) {
      return registry.deregisterCheck(query.after(DEREGISTER_CHECK));
    }
    if (path.startsWith(PASS)) {
      return report(registry, checks, query.after(PASS), CheckStatus.PASSING, query.note());
    }
    if (path.startsWith(WARN)) {
      return report(registry, checks, query.after(WARN), CheckStatus.WARNING, query.note());
    }
    if (path.startsWith(FAIL)) {
      return report(registry, checks, query.after(FAIL), CheckStatus.CRITICAL, query.note());
    }
    if (path.startsWith(UPDATE)) {
      return update(registry, checks, query.after(UPDATE), body);
    }
    throw new RegistryError(404, Reads.UNKNOWN_PATH);
  }

  private static CompletableFuture<Void> update(
      Registry registry, CheckRunner checks, String id, String body) {
    JsonNode root = RequestParser.read(body);
    Fields fields = new Fields(root, "");
    String word = fields.text("Status", "");
    String output = fields.text("Output", "");
    fields.refuseOthers();
    CheckStatus status =
        CheckStatus.of(word)
            .orElseThrow(() -> RegistryError.badRequest("Invalid check status: '" + word + "'"));
    return report(registry, checks, id, status, output);
  }

  private static CompletableFuture<Void> report(
      Registry registry, CheckRunner checks, String id, CheckStatus status, String output) {
    Check check = registry.contents().checks().get(id);
    if (check == null) {
      throw RegistryError.unknownCheck(id);
    }
    if (check.definition().type() != CheckDefinition.Type.TTL) {
      throw new RegistryError(500, "CheckID \"" + id + "\" does not have associated TTL");
    }
    registry.result(id, status, output);
    checks.reported(id);
    return CompletableFuture.completedFuture(null);
  }
}
