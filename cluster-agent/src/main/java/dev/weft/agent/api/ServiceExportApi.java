package dev.weft.agent.api;

import dev.weft.agent.model.validate.ServiceExportDocument;
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

/** {@code ServiceExport} resources. */
@Path("/api/v1")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Service exports")
public class ServiceExportApi {

  private final Instance<ApiContext> context;

  ServiceExportApi(Instance<ApiContext> context) {
    this.context = context;
  }

  @GET
  @Path("service-exports")
  @Operation(summary = "All service exports")
  public Response list() {
    return resources().list();
  }

  @GET
  @Path("namespaces/{namespace}/service-exports/{name}")
  @Operation(summary = "One service export")
  public Response get(@PathParam("namespace") String namespace, @PathParam("name") String name) {
    return resources().get(namespace, name);
  }

  @PUT
  @Path("namespaces/{namespace}/service-exports/{name}")
  @Operation(summary = "Write an export (JSON or YAML)")
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
  @Path("namespaces/{namespace}/service-exports/{name}")
  @Operation(summary = "Remove an export")
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
        context.get().resources(),
        ServiceExportDocument.KIND,
        (document, namespace, name, others) ->
            WrittenResources.problems(ServiceExportDocument.read(document, namespace, name)));
  }
}
