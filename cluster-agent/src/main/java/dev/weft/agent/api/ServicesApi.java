package dev.weft.agent.api;

import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.MeshState;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Services over all clusters. */
@Path("/api/v1/services")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Services")
public class ServicesApi {

  private final Instance<ApiContext> context;

  ServicesApi(Instance<ApiContext> context) {
    this.context = context;
  }

  /** By namespace, then name. */
  public record Services(List<ServiceView> items) {}

  @GET
  @Operation(summary = "All services")
  public Services list() {
    ServiceLook look = look();
    return new Services(known(look.state()).stream().map(look::at).toList());
  }

  @GET
  @Path("{namespace}/{name}")
  @Operation(summary = "One service over all clusters")
  public Response get(@PathParam("namespace") String namespace, @PathParam("name") String name) {
    ServiceLook look = look();
    ServiceKey key = new ServiceKey(namespace, name);
    return known(look.state()).contains(key)
        ? Response.ok(look.at(key)).build()
        : ProblemDocument.response(Response.Status.NOT_FOUND, "there is no service " + key);
  }

  private ServiceLook look() {
    ApiContext here = context.get();
    return new ServiceLook(here.state().current(), here.monotonicMillis().getAsLong());
  }

  private static Set<ServiceKey> known(MeshState state) {
    Set<ServiceKey> known = new TreeSet<>(state.instances().keySet());
    state.imports().values().forEach(imports -> known.addAll(imports.keySet()));
    return known;
  }
}
