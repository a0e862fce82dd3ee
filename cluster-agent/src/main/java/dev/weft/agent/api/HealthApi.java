package dev.weft.agent.api;

import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * For supervisors, in MicroProfile Health's form. The HTTP port opens after everything else has
 * started, so an answer at all means live and ready.
 */
@Path("/q/health")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Health")
public class HealthApi {

  /** What is answered; there are no single checks. */
  public record Health(String status, List<String> checks) {}

  @GET
  @Operation(summary = "Whether the agent is up")
  public Health all() {
    return new Health("UP", List.of());
  }

  @GET
  @Path("{which:live|ready|started}")
  @Operation(summary = "The same, under its usual names")
  public Health one() {
    return all();
  }
}
