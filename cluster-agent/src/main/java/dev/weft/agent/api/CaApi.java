package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.ca.RootRotation;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The certificate authority and its rotation. */
@Path("/api/v1/ca")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Certificate authority")
public class CaApi {

  private static final Set<String> KNOWN = Set.of("what");

  private final Instance<CaContext> context;

  CaApi(Instance<CaContext> context) {
    this.context = context;
  }

  @GET
  @Operation(summary = "Roots, intermediates, and where a rotation of the root is")
  public CaView get() {
    return view();
  }

  @POST
  @Path("rotate")
  @Operation(summary = "Begin with a new root, or replace the intermediate")
  public Response rotate(
      @HeaderParam("Content-Type") @DefaultValue("") String contentType, InputStream body)
      throws IOException {
    return switch (RequestBody.read(body, contentType)) {
      case RequestBody.Refused(Response response) -> response;
      case RequestBody.Read(JsonNode document) -> rotate(document);
    };
  }

  @POST
  @Path("rotate/proceed")
  @Operation(summary = "Let the next root sign without those that are waited for")
  public Response proceed() throws IOException {
    return context.get().rotation().proceed().isPresent()
        ? Response.ok(view()).build()
        : ProblemDocument.response(
            Response.Status.CONFLICT, "no next root is being made known: there is nothing to skip");
  }

  private Response rotate(JsonNode document) throws IOException {
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(document, problems, KNOWN);
    String what = fields.requiredText("what").orElse("");
    if (problems.isEmpty() && !what.equals("root") && !what.equals("intermediate")) {
      fields.problem("what", "expected root or intermediate, found \"" + Fields.brief(what) + "\"");
    }
    if (!problems.isEmpty()) {
      return ProblemDocument.invalid(problems);
    }
    RootRotation rotation = context.get().rotation();
    try {
      RootRotation.Begun begun =
          what.equals("root") ? rotation.rotateRoot() : rotation.rotateIntermediate();
      return switch (begun) {
        case BEGUN, UNDER_WAY -> Response.accepted(view()).build();
        case DONE -> Response.ok(view()).build();
      };
    } catch (GeneralSecurityException e) {
      return ProblemDocument.response(Response.Status.CONFLICT, String.valueOf(e.getMessage()));
    }
  }

  private CaView view() {
    CaContext here = context.get();
    return CaView.of(here.trustDomain(), here.rotation());
  }
}
