package dev.weft.agent.api;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What is odd about the security resources, given what is registered. */
@Path("/api/v1/policy-warnings")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Resources")
public class PolicyWarningsApi {

  private final Instance<ApiContext> context;

  PolicyWarningsApi(Instance<ApiContext> context) {
    this.context = context;
  }

  /** By kind, then name. */
  public record Warnings(List<PolicyWarning> items) {}

  @GET
  @Operation(summary = "Security resources that may not do what was meant")
  public Warnings list() {
    ApiContext here = context.get();
    return new Warnings(PolicyWarnings.of(here.state().current(), here.keyProblems()));
  }
}
