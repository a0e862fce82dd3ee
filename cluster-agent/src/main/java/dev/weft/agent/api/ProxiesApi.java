package dev.weft.agent.api;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The sidecars and gateways that are connected. */
@Path("/api/v1/proxies")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Proxies")
public class ProxiesApi {

  private final Instance<ApiContext> context;

  ProxiesApi(Instance<ApiContext> context) {
    this.context = context;
  }

  /** By id. */
  public record Proxies(List<ProxyView> items) {}

  @GET
  @Operation(summary = "Connected sidecars and gateways")
  public Proxies list() {
    return new Proxies(
        context.get().proxies().get().stream()
            .sorted(Comparator.comparing(ProxyView::id))
            .toList());
  }
}
