package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.agent.model.NodeAnnouncement.Role;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Makes the tokens that sidecars and gateways enrol with. */
@Path("/api/v1/join-tokens")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Join tokens")
public class JoinTokenApi {

  private static final Set<String> KNOWN =
      Set.of("namespace", "serviceAccount", "services", "role", "ttlSeconds", "uses");
  private static final int DEFAULT_TTL_SECONDS = 900;

  private final Instance<ApiContext> context;

  JoinTokenApi(Instance<ApiContext> context) {
    this.context = context;
  }

  /**
   * What is answered; the only place where a token is ever shown.
   *
   * @param expiresAt RFC 3339
   */
  public record Made(String id, String token, String expiresAt) {
    @Override
    public String toString() {
      return "Made[" + id + "]";
    }
  }

  @POST
  @Operation(summary = "Make a join token; it is shown this once")
  public Response create(
      @HeaderParam("Content-Type") @DefaultValue("") String contentType, InputStream body)
      throws IOException {
    return switch (RequestBody.read(body, contentType)) {
      case RequestBody.Refused(Response response) -> response;
      case RequestBody.Read(JsonNode document) -> create(document);
    };
  }

  private Response create(JsonNode document) throws IOException {
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(document, problems, KNOWN);
    String namespace = fields.text("namespace").orElse("default");
    String serviceAccount = fields.requiredText("serviceAccount").orElse("");
    Set<String> services = new LinkedHashSet<>(fields.texts("services"));
    Role role = role(fields);
    int ttlSeconds =
        fields
            .number("ttlSeconds", 1, (int) JoinTokens.LONGEST_TTL.toSeconds())
            .orElse(DEFAULT_TTL_SECONDS);
    int uses = fields.number("uses", 1, JoinTokens.MOST_USES).orElse(1);
    if (!problems.isEmpty()) {
      return ProblemDocument.invalid(problems);
    }
    return switch (context
        .get()
        .joinTokens()
        .create(namespace, serviceAccount, services, role, Duration.ofSeconds(ttlSeconds), uses)) {
      case JoinTokens.Created made ->
          Response.status(Response.Status.CREATED)
              .header("Cache-Control", "no-store")
              .entity(new Made(made.id(), made.token(), made.expiresAt().toString()))
              .build();
      case JoinTokens.Refused refused ->
          ProblemDocument.invalid(
              refused.problems().stream()
                  .map(one -> new Problem(one.field(), one.message()))
                  .toList());
    };
  }

  private static Role role(Fields fields) {
    String text = fields.text("role").orElse("sidecar");
    return switch (text) {
      case "sidecar" -> Role.SIDECAR;
      case "gateway" -> Role.GATEWAY;
      default -> {
        fields.problem("role", "expected sidecar or gateway, found \"" + Fields.brief(text) + "\"");
        yield Role.SIDECAR;
      }
    };
  }
}
