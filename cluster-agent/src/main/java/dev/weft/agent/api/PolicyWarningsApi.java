package dev.weft.agent.api;

import dev.weft.agent.replication.UnreadableResource;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What is odd about the security resources and external services, given what is registered. */
@Path("/api/v1/policy-warnings")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Resources")
public class PolicyWarningsApi {

  private final Instance<ApiContext> context;

  PolicyWarningsApi(Instance<ApiContext> context) {
    this.context = context;
  }

  /** What cannot be read; then by kind and name, external services last. */
  public record Warnings(List<PolicyWarning> items) {}

  @GET
  @Operation(summary = "Resources that may not do what was meant")
  public Warnings list() {
    ApiContext here = context.get();
    List<PolicyWarning> all = new ArrayList<>();
    for (UnreadableResource one : here.unreadable().get()) {
      all.add(
          new PolicyWarning(
              one.kind(),
              one.namespace(),
              one.name(),
              "it cannot be read ("
                  + one.reason()
                  + "); until it is written again or removed, "
                  + one.instead()));
    }
    all.addAll(PolicyWarnings.of(here.state().current(), here.keyProblems()));
    all.addAll(ExternalServiceRules.warnings(here.state().current()));
    return new Warnings(all);
  }
}
