package dev.weft.agent.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.attest.Denial;
import dev.weft.agent.attest.DenialDocument;
import dev.weft.agent.attest.Denials;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.SpiffeId;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The deny list: identities and certificates that are no longer believed. */
@Path("/api/v1/denials")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Certificate authority")
public class DenialsApi {

  private final Instance<CaContext> context;

  DenialsApi(Instance<CaContext> context) {
    this.context = context;
  }

  /** Those that cannot be read, then the oldest first. */
  public record Listed(List<View> items) {}

  /**
   * A denial: of an identity, or of one certificate by its serial number.
   *
   * @param since RFC 3339
   * @param unreadable why its file does not say any more whom it means; denying the same identity
   *     or certificate again gives it back what is lost
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record View(
      String id,
      @Nullable String identity,
      @Nullable String serial,
      String reason,
      @Nullable String since,
      @Nullable String unreadable) {}

  @GET
  @Operation(summary = "Who is denied")
  public Listed list() {
    Denials denials = context.get().denials();
    List<View> views = new ArrayList<>();
    denials.unreadable().forEach((id, why) -> views.add(new View(id, null, null, "", null, why)));
    denials.all().stream().map(DenialsApi::view).forEach(views::add);
    return new Listed(views);
  }

  @POST
  @Operation(summary = "Deny an identity or a certificate; denying twice is the same as once")
  public Response create(
      @HeaderParam("Content-Type") @DefaultValue("") String contentType, InputStream body)
      throws IOException {
    return switch (RequestBody.read(body, contentType)) {
      case RequestBody.Refused(Response response) -> response;
      case RequestBody.Read(JsonNode document) -> create(document);
    };
  }

  @DELETE
  @Path("{id}")
  @Operation(summary = "Take a denial back")
  public Response delete(@PathParam("id") String id) throws IOException {
    return context.get().denials().allow(id)
        ? Response.noContent().build()
        : ProblemDocument.response(Response.Status.NOT_FOUND, "there is no such denial");
  }

  private Response create(JsonNode document) throws IOException {
    return switch (DenialDocument.read(document)) {
      case Validated.Invalid<?>(List<Problem> problems) -> ProblemDocument.invalid(problems);
      case Validated.Valid<DenialDocument>(DenialDocument wanted) ->
          context
              .get()
              .denials()
              .deny(wanted.subject(), wanted.reason())
              .map(denial -> Response.status(Response.Status.CREATED).entity(view(denial)).build())
              .orElseGet(() ->
                  ProblemDocument.response(
                      Response.Status.CONFLICT,
                      "the list has "
                          + Denials.MOST
                          + " entries already; rotate the root instead"));
    };
  }

  private static View view(Denial denial) {
    return switch (denial.subject()) {
      case Denial.Identity(SpiffeId identity) ->
          new View(
              denial.id(), identity.uri(), null, denial.reason(), denial.since().toString(), null);
      case Denial.Serial(BigInteger number) ->
          new View(
              denial.id(),
              null,
              number.toString(16),
              denial.reason(),
              denial.since().toString(),
              null);
    };
  }
}
