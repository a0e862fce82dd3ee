package dev.weft.agent.api;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * For supervisors, in MicroProfile Health's form. The HTTP port opens after everything else has
 * started, so an answer at all means live and ready. What was stored and cannot be read is told and
 * makes nothing unready: what stands in its place is in force.
 */
@Path("/q/health")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Health")
public class HealthApi {

  private final Instance<ApiContext> context;

  HealthApi(Instance<ApiContext> context) {
    this.context = context;
  }

  /** What is answered. */
  public record Health(String status, List<Check> checks) {}

  /**
   * A look at one thing.
   *
   * @param data names and numbers only: whoever asks may be anybody on this host
   */
  public record Check(String name, String status, Map<String, Integer> data) {}

  @GET
  @Operation(summary = "Whether the agent is up")
  public Health all() {
    int unreadable = context.get().unreadable().get().size();
    return new Health(
        "UP",
        unreadable == 0
            ? List.of()
            : List.of(new Check("stored-resources", "UP", Map.of("unreadable", unreadable))));
  }

  @GET
  @Path("{which:live|ready|started}")
  @Operation(summary = "The same, under its usual names")
  public Health one() {
    return all();
  }
}
