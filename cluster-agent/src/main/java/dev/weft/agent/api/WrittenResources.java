package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.replication.StoredResources;
import dev.weft.agent.replication.StoredResources.Change;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes of one kind of resource: validated as a whole before anything changes, durable
 * before it is answered.
 */
final class WrittenResources {

  private final StoredResources resources;
  private final String kind;
  private final Validator validator;
  private final CarriedCaseGuard guard;

  /** Says what is wrong with a document, given all others of the kind; empty: nothing. */
  @FunctionalInterface
  interface Validator {
    List<Problem> problems(
        JsonNode document, String namespace, String name, Map<String, JsonNode> others);
  }

  /** A write, as its request describes it. */
  record Conditions(
      @Nullable String ifMatch, @Nullable String ifNoneMatch, @Nullable String dryRun) {}

  WrittenResources(
      StoredResources resources, String kind, Validator validator, CarriedCaseGuard guard) {
    this.resources = resources;
    this.kind = kind;
    this.validator = validator;
    this.guard = guard;
  }

  static List<Problem> problems(Validated<?> validated) {
    return switch (validated) {
      case Validated.Valid<?> _ -> List.of();
      case Validated.Invalid<?>(List<Problem> problems) -> problems;
    };
  }

  Response list() {
    return Response.ok(Map.of("items", resources.list(kind).values())).build();
  }

  Response get(String namespace, String name) {
    return resources
        .get(kind, namespace, name)
        .map(document -> Response.ok(document).header("ETag", EntityTags.of(document)).build())
        .orElseGet(() -> notFound(namespace, name));
  }

  Response put(
      String namespace, String name, InputStream body, String contentType, Conditions conditions)
      throws IOException {
    return switch (RequestBody.read(body, contentType)) {
      case RequestBody.Refused(Response response) -> response;
      case RequestBody.Read(JsonNode document) -> write(namespace, name, document, conditions);
    };
  }

  Response delete(String namespace, String name, Conditions conditions) throws IOException {
    return change(
        namespace,
        name,
        conditions,
        present -> {
          if (present.isEmpty()) {
            return new Decision(notFound(namespace, name), new Change.Nothing());
          }
          List<Problem> problems = guard.problems(kind, namespace, name, null);
          return problems.isEmpty()
              ? new Decision(Response.noContent().build(), new Change.Remove())
              : new Decision(ProblemDocument.contradicted(problems), new Change.Nothing());
        });
  }

  private Response write(String namespace, String name, JsonNode document, Conditions conditions)
      throws IOException {
    return change(
        namespace,
        name,
        conditions,
        present -> {
          Map<String, JsonNode> others = resources.list(kind);
          others.remove(namespace + "/" + name);
          List<Problem> problems = validator.problems(document, namespace, name, others);
          if (!problems.isEmpty()) {
            return new Decision(ProblemDocument.invalid(problems), new Change.Nothing());
          }
          problems = guard.problems(kind, namespace, name, document);
          if (!problems.isEmpty()) {
            return new Decision(ProblemDocument.contradicted(problems), new Change.Nothing());
          }
          Response.Status status = present.isEmpty() ? Response.Status.CREATED : Response.Status.OK;
          return new Decision(
              Response.status(status)
                  .entity(document)
                  .header("ETag", EntityTags.of(document))
                  .build(),
              new Change.Write(document));
        });
  }

  private record Decision(Response response, Change change) {}

  @FunctionalInterface
  private interface Rule {
    Decision decide(Optional<JsonNode> present);
  }

  private Response change(String namespace, String name, Conditions conditions, Rule rule)
      throws IOException {
    String dryRun = conditions.dryRun() == null ? "false" : conditions.dryRun();
    if (!dryRun.equals("true") && !dryRun.equals("false")) {
      return ProblemDocument.invalid(List.of(new Problem("dryRun", "expected true or false")));
    }
    Response[] answer = new Response[1];
    resources.change(
        kind,
        namespace,
        name,
        present -> {
          if (!EntityTags.allows(conditions.ifMatch(), conditions.ifNoneMatch(), present)) {
            answer[0] =
                ProblemDocument.response(
                    Response.Status.PRECONDITION_FAILED,
                    "the resource is not the one that the request is about");
            return new Change.Nothing();
          }
          Decision decision = rule.decide(present);
          answer[0] = decision.response();
          return dryRun.equals("true") ? new Change.Nothing() : decision.change();
        });
    return answer[0];
  }

  private Response notFound(String namespace, String name) {
    return ProblemDocument.response(
        Response.Status.NOT_FOUND, "there is no " + kind + " resource " + namespace + "/" + name);
  }
}
