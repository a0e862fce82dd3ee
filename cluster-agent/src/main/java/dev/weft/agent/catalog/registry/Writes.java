package dev.weft.agent.catalog.registry;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The calls that change something. Used on the context that owns the check runner. */
final class Writes {
  private final Registry registry;

  Writes(Registry registry) {
    this.registry = registry;
  }

  void addTo(Endpoints endpoints) {
    add(
        endpoints,
        "/v1/agent/service/register",
        (query, body) -> {
          RequestParser.Request request = RequestParser.service(body);
          return registry.change(
              new Edit.Register(request.registration(), request.checks(), query.replaceChecks()));
        });
    add(
        endpoints,
        "/v1/agent/service/deregister/",
        (query, body) -> registry.change(new Edit.Deregister(query.name())));
    add(endpoints, "/v1/agent/service/maintenance/", this::maintenance);
    add(
        endpoints,
        "/v1/agent/maintenance",
        (query, body) ->
            registry.change(Maintenance.edit("", enable(query), query.text("reason"))));
    add(
        endpoints,
        "/v1/agent/check/register",
        (query, body) -> registry.change(new Edit.RegisterCheck(RequestParser.check(body))));
    add(
        endpoints,
        "/v1/agent/check/deregister/",
        (query, body) -> registry.deregisterCheck(query.name()));
    report(endpoints, "/v1/agent/check/pass/", CheckStatus.PASSING);
    report(endpoints, "/v1/agent/check/warn/", CheckStatus.WARNING);
    report(endpoints, "/v1/agent/check/fail/", CheckStatus.CRITICAL);
    add(endpoints, "/v1/agent/check/update/", this::update);
    for (String path : List.of("/v1/catalog/register", "/v1/catalog/deregister")) {
      add(
          endpoints,
          path,
          (query, body) -> {
            throw new RegistryError(
                501,
                path
                    + " is not supported by the embedded registry: it has one node; use"
                    + " /v1/agent/service/register and /v1/agent/service/deregister/");
          });
    }
  }

  private static void add(Endpoints endpoints, String path, Endpoint.Writing writing) {
    endpoints.add(path, new Endpoint.Write(writing));
  }

  private void report(Endpoints endpoints, String path, CheckStatus status) {
    add(endpoints, path, (query, body) -> report(query.name(), status, query.text("note")));
  }

  private CompletableFuture<Void> maintenance(Query query, String body) {
    if (query.name().isEmpty()) {
      throw RegistryError.badRequest("Missing service ID");
    }
    boolean enable = enable(query);
    if (!registry.contents().entries().containsKey(query.name())) {
      throw RegistryError.unknownService(query.name());
    }
    return registry.change(Maintenance.edit(query.name(), enable, query.text("reason")));
  }

  private static boolean enable(Query query) {
    String text = query.text("enable");
    return switch (text) {
      case "" -> throw RegistryError.badRequest("Missing value for enable");
      case "true", "1", "t", "T", "True", "TRUE" -> true;
      case "false", "0", "f", "F", "False", "FALSE" -> false;
      default -> throw RegistryError.badRequest("Invalid value for enable: \"" + text + "\"");
    };
  }

  private CompletableFuture<Void> update(Query query, String body) {
    Fields fields = new Fields(RequestParser.read(body), "");
    String word = fields.text("Status", "");
    String output = fields.text("Output", "");
    fields.refuseOthers();
    CheckStatus status =
        CheckStatus.of(word)
            .orElseThrow(() -> RegistryError.badRequest("Invalid check status: '" + word + "'"));
    return report(query.name(), status, output);
  }

  private CompletableFuture<Void> report(String id, CheckStatus status, String output) {
    Check check = registry.contents().check(id);
    if (check == null) {
      throw RegistryError.unknownCheck(id);
    }
    if (check.definition().type() != CheckDefinition.Type.TTL) {
      throw new RegistryError(500, "CheckID \"" + id + "\" does not have associated TTL");
    }
    registry.report(check, status, Outputs.bounded(output));
    return CompletableFuture.completedFuture(null);
  }
}
