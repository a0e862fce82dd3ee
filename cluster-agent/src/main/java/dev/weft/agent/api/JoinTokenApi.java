package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.attest.JoinTokenDocument;
import dev.weft.agent.attest.JoinTokens;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
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
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Makes the tokens that sidecars and gateways enrol with. */
@Path("/api/v1/join-tokens")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Join tokens")
public class JoinTokenApi {

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
    return switch (JoinTokenDocument.read(document)) {
      case Validated.Invalid<?>(List<Problem> problems) -> ProblemDocument.invalid(problems);
      case Validated.Valid<JoinTokenDocument>(JoinTokenDocument wanted) -> create(wanted);
    };
  }

  private Response create(JoinTokenDocument wanted) throws IOException {
    return switch (context.get().joinTokens().create(wanted)) {
      case JoinTokens.Created made ->
          Response.status(Response.Status.CREATED)
              .header("Cache-Control", "no-store")
              .entity(new Made(made.id(), made.token(), made.expiresAt().toString()))
              .build();
      case JoinTokens.Refused(List<Problem> problems) -> ProblemDocument.invalid(problems);
    };
  }
}
