package dev.weft.agent.api;

import dev.weft.agent.model.Peer;
import dev.weft.agent.model.PeerPhase;
import dev.weft.agent.replication.FederationConsumers.ImportStatus;
import dev.weft.agent.replication.FederationOrigin.ExportStatus;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.telemetry.GatewayProbes.Probe;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The own cluster and its peers. */
@Path("/api/v1/clusters")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Clusters")
public class ClustersApi {

  private final Instance<ApiContext> context;

  ClustersApi(Instance<ApiContext> context) {
    this.context = context;
  }

  /** All clusters, the own one first. */
  public record Clusters(List<ClusterView> items) {}

  @GET
  @Operation(summary = "This cluster and its peers")
  public Clusters list() {
    ApiContext here = context.get();
    MeshState state = here.state().current();
    List<ClusterView> views = new ArrayList<>();
    views.add(own(here, state));
    Map<String, ImportStatus> imports = here.imports().get();
    Map<String, ExportStatus> exports = here.exports().get();
    state.peers().values().stream()
        .sorted(Comparator.comparing(Peer::cluster))
        .forEach(peer ->
            views.add(
                peer(here, state, peer, imports.get(peer.cluster()), exports.get(peer.cluster()))));
    return new Clusters(views);
  }

  private static ClusterView own(ApiContext here, MeshState state) {
    MeshState.Local local = state.local();
    return new ClusterView(
        local.cluster(),
        true,
        local.trustDomain().name(),
        local.region(),
        local.zone().isEmpty() ? null : local.zone(),
        "local",
        null,
        null,
        null,
        null,
        null,
        null,
        state.imports().values().stream().mapToLong(Map::size).sum(),
        state.exports().size(),
        null,
        null,
        here.fileProblems().get());
  }

  private static ClusterView peer(
      ApiContext here,
      MeshState state,
      Peer peer,
      @Nullable ImportStatus from,
      @Nullable ExportStatus to) {
    PeerPhase phase = state.phases().getOrDefault(peer.cluster(), PeerPhase.NEVER);
    List<Probe> probes = here.probes().of(peer.cluster());
    OptionalLong fastest =
        probes.stream().filter(Probe::reachable).mapToLong(Probe::roundTripMicros).min();
    return new ClusterView(
        peer.cluster(),
        false,
        peer.trustDomain().name(),
        null,
        null,
        from == null ? "waiting" : from.state(),
        from == null || from.detail().isEmpty() ? null : from.detail(),
        phase.name().toLowerCase(Locale.ROOT),
        from == null || from.heartbeatAgeMillis() < 0 ? null : from.heartbeatAgeMillis(),
        fastest.isPresent() ? fastest.getAsLong() : null,
        peer.gateways().stream().map(Object::toString).toList(),
        probes,
        from == null ? 0 : from.imports(),
        to == null ? 0 : to.exports(),
        from == null
            ? null
            : new ClusterView.Stream(
                from.state().equals("following"),
                from.position().epoch(),
                from.position().sequence(),
                from.position().sequence()),
        to == null
            ? null
            : new ClusterView.Stream(
                to.connected(),
                to.position().epoch(),
                to.position().sequence(),
                to.acknowledged().sequence()),
        null);
  }
}
