package dev.weft.agent.api;

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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What operators write: failover policies, exports, routes, external services, policies. */
@Path("/api/v1")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Resources")
public class ResourcesApi {
  private static final String KIND = "{kind:" + ResourceKinds.NAMES + "}";
  private static final String ONE = "namespaces/{namespace}/" + KIND + "/{name}";

  private final Instance<ApiContext> context;

  ResourcesApi(Instance<ApiContext> context) {
    this.context = context;
  }

  @GET
  @Path(KIND)
  @Operation(summary = "All resources of a kind")
  public Response list(@PathParam("kind") String kind) {
    return resources(kind).list();
  }

  @GET
  @Path(ONE)
  @Operation(summary = "One resource")
  public Response get(
      @PathParam("kind") String kind,
      @PathParam("namespace") String namespace,
      @PathParam("name") String name) {
    return resources(kind).get(namespace, name);
  }

  @PUT
  @Path(ONE)
  @Operation(summary = "Write a resource (JSON or YAML)")
  public Response put(
      @PathParam("kind") String kind,
      @PathParam("namespace") String namespace,
      @PathParam("name") String name,
      @QueryParam("dryRun") @Nullable String dryRun,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @HeaderParam("If-None-Match") @Nullable String ifNoneMatch,
      @HeaderParam("Content-Type") @DefaultValue("") String contentType,
      InputStream body)
      throws IOException {
    return resources(kind)
        .put(
            namespace,
            name,
            body,
            contentType,
            new WrittenResources.Conditions(ifMatch, ifNoneMatch, dryRun));
  }

  @DELETE
  @Path(ONE)
  @Operation(summary = "Remove a resource")
  public Response delete(
      @PathParam("kind") String kind,
      @PathParam("namespace") String namespace,
      @PathParam("name") String name,
      @QueryParam("dryRun") @Nullable String dryRun,
      @HeaderParam("If-Match") @Nullable String ifMatch)
      throws IOException {
    return resources(kind)
        .delete(namespace, name, new WrittenResources.Conditions(ifMatch, null, dryRun));
  }

  private WrittenResources resources(String kind) {
    ApiContext here = context.get();
    return new WrittenResources(
        here.resources(),
        kind,
        ResourceKinds.validator(kind, here.state()),
        new CarriedCaseGuard(here.resources(), here.state().current(), here.clock()));
  }
}
