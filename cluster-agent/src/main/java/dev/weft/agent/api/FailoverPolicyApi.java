package dev.weft.agent.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.validate.FailoverPolicyDocument;
import dev.weft.agent.model.validate.Problem;
import dev.weft.agent.model.validate.Validated;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** {@code FailoverPolicy} resources. */
@Path("/api/v1")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Failover policies")
public class FailoverPolicyApi {

  private final Instance<ApiContext> context;

  FailoverPolicyApi(Instance<ApiContext> context) {
    this.context = context;
  }

  @GET
  @Path("failover-policies")
  @Operation(summary = "All failover policies")
  public Response list() {
    return resources().list();
  }

  @GET
  @Path("namespaces/{namespace}/failover-policies/{name}")
  @Operation(summary = "One failover policy")
  public Response get(@PathParam("namespace") String namespace, @PathParam("name") String name) {
    return resources().get(namespace, name);
  }

  @PUT
  @Path("namespaces/{namespace}/failover-policies/{name}")
  @Operation(summary = "Write a failover policy (JSON or YAML)")
  public Response put(
      @PathParam("namespace") String namespace,
      @PathParam("name") String name,
      @QueryParam("dryRun") @Nullable String dryRun,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @HeaderParam("If-None-Match") @Nullable String ifNoneMatch,
      @HeaderParam("Content-Type") @DefaultValue("") String contentType,
      InputStream body)
      throws IOException {
    return resources()
        .put(
            namespace,
            name,
            body,
            contentType,
            new WrittenResources.Conditions(ifMatch, ifNoneMatch, dryRun));
  }

  @DELETE
  @Path("namespaces/{namespace}/failover-policies/{name}")
  @Operation(summary = "Remove a failover policy")
  public Response delete(
      @PathParam("namespace") String namespace,
      @PathParam("name") String name,
      @QueryParam("dryRun") @Nullable String dryRun,
      @HeaderParam("If-Match") @Nullable String ifMatch)
      throws IOException {
    return resources()
        .delete(namespace, name, new WrittenResources.Conditions(ifMatch, null, dryRun));
  }

  private WrittenResources resources() {
    return new WrittenResources(
        context.get().resources(), FailoverPolicyDocument.KIND, FailoverPolicyApi::problems);
  }

  /** A service has one policy: which of two would count is nothing to guess at. */
  private static List<Problem> problems(
      JsonNode document, String namespace, String name, Map<String, JsonNode> others) {
    return switch (FailoverPolicyDocument.read(document, namespace, name)) {
      case Validated.Invalid<FailoverPolicyDocument>(List<Problem> problems) -> problems;
      case Validated.Valid<FailoverPolicyDocument>(FailoverPolicyDocument read) ->
          others.entrySet().stream()
              .filter(other -> other.getKey().startsWith(namespace + "/"))
              .filter(other ->
                  other
                      .getValue()
                      .path("spec")
                      .path("selector")
                      .path("service")
                      .asText()
                      .equals(read.service().name()))
              .map(other ->
                  new Problem(
                      "spec.selector.service",
                      "\"" + read.service().name() + "\" has a policy already, " + other.getKey()))
              .toList();
    };
  }
}
