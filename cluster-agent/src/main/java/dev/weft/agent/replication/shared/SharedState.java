package dev.weft.agent.replication.shared;

import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.replication.OwnerThread;
import dev.weft.agent.replication.ReplicaGroup;
import dev.weft.agent.replication.ReplicatedMap;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the replicas of this cluster's agent know together: the catalog, who may speak for what, and
 * which node is connected to whom. Deltas of these go through here into the replicated maps, and
 * from the maps into the state of every replica.
 *
 * <p>Leases are written by each replica, of its own streams. Catalog and enrolments have one
 * writer, the replica that {@link #lead leads}. What a source hands in is durable already, where it
 * has to be: from then on it gets into the maps, however often that fails at first.
 *
 * <p>Thread-safe; {@link #submit} never waits.
 */
public final class SharedState implements StateWriter, AutoCloseable {

  private final Maps maps;
  private final ReplicaGroup group;
  private final TermFile terms;
  private final LongSupplier monotonicMillis;
  private final CacheWriter.Timings timings;
  private final OwnerThread owner = new OwnerThread("weft-replication");
  private final VersionedFeed catalogFeed;
  private final VersionedFeed enrolmentFeed;
  private final LeaseWriter leases;
  private final AutoCloseable following;
  private volatile @Nullable Tenure tenure;

  /** The replicated maps behind it. */
  public record Maps(ReplicatedMap catalog, ReplicatedMap leases, ReplicatedMap enrolments) {}

  private record Tenure(CacheWriter catalog, CacheWriter enrolments) {}

  /**
   * Feeds the state with what the maps hold, from now on.
   *
   * @param nodeHold how long the lease of a node outlives its last stream
   * @param monotonicMillis the agent's monotonic clock
   */
  public SharedState(
      Maps maps,
      ReplicaGroup group,
      ResourceStore store,
      StateWriter state,
      Duration nodeHold,
      LongSupplier monotonicMillis) {
    this(maps, group, store, state, nodeHold, monotonicMillis, CacheWriter.Timings.USUAL);
  }

  SharedState(
      Maps maps,
      ReplicaGroup group,
      ResourceStore store,
      StateWriter state,
      Duration nodeHold,
      LongSupplier monotonicMillis,
      CacheWriter.Timings timings) {
    this.maps = maps;
    this.group = group;
    this.terms = new TermFile(store);
    this.monotonicMillis = monotonicMillis;
    this.timings = timings;
    this.catalogFeed =
        new VersionedFeed("catalog", new CatalogFeed(state, monotonicMillis, group.self()));
    this.enrolmentFeed = new VersionedFeed("enrolment", new EnrolmentFeed(state));
    LeaseFeed leaseFeed = new LeaseFeed(state, group.members());
    maps.catalog().subscribe(catalogFeed);
    maps.enrolments().subscribe(enrolmentFeed);
    maps.leases().subscribe(new VersionedFeed("lease", leaseFeed));
    this.leases = new LeaseWriter(maps.leases(), group.self(), nodeHold, timings, owner);
    this.following =
        group.follow(members -> {
          leaseFeed.members(members);
          owner.run(() -> joinedOrLeft(members));
        });
  }

  /**
   * From now on this replica writes catalog and enrolments, in a new term. Whoever decides on it
   * sees to it that no other does and that what this one has of the authority is up to date: what
   * the sources say now is what holds. Blocks on the disk.
   *
   * @throws IOException when the term could not be made durable; then it does not lead
   */
  public void lead() throws IOException {
    long term = terms.next(Math.max(catalogFeed.highestTerm(), enrolmentFeed.highestTerm()));
    tenure =
        new Tenure(
            writer("catalog", maps.catalog(), term), writer("enrolment", maps.enrolments(), term));
  }

  /** The catalog's source has said everything that it knows: what is there beyond is old. */
  public void catalogComplete() {
    CacheWriter catalog = tenure().catalog();
    owner.run(catalog::retireOthers);
  }

  /** All enrolments that are in force were submitted: what is there beyond is over. */
  public void enrolmentsComplete() {
    CacheWriter enrolments = tenure().enrolments();
    owner.run(enrolments::retireOthers);
  }

  @Override
  public void submit(Delta delta) {
    switch (delta) {
      case Delta.ServiceInstances(ServiceKey service, List<Instance> instances) -> {
        String key = CatalogFeed.key(service);
        if (instances.isEmpty()) {
          tenure().catalog().remove(key);
        } else {
          tenure()
              .catalog()
              .put(key, () -> CatalogForm.write(instances, monotonicMillis.getAsLong()));
        }
      }
      case Delta.Enrolled(Enrolment enrolment) ->
          tenure()
              .enrolments()
              .put(enrolment.identity().uri(), () -> EnrolmentFeed.write(enrolment));
      case Delta.EnrolmentEnded(SpiffeId identity) -> tenure().enrolments().remove(identity.uri());
      case Delta.NodeUp(NodeAnnouncement node) -> leases.up(node);
      case Delta.NodeServes(String nodeId, Set<String> serverNames) ->
          leases.serves(nodeId, serverNames);
      case Delta.NodeDown(String nodeId) -> leases.down(nodeId);
      case Delta.OwnRoots _,
          Delta.Denied _,
          Delta.Revoked _,
          Delta.Peers _,
          Delta.PeerHeard _,
          Delta.Imported _,
          Delta.ImportRemoved _,
          Delta.PolicyWritten _,
          Delta.PolicyRemoved _,
          Delta.Exported _,
          Delta.ExportRemoved _,
          Delta.RouteWritten _,
          Delta.RouteRemoved _,
          Delta.ExternalWritten _,
          Delta.ExternalRemoved _,
          Delta.ExternalResolved _,
          Delta.SecurityWritten _,
          Delta.SecurityRemoved _,
          Delta.KeysFetched _,
          Delta.KeysForgotten _,
          Delta.ProvidersConfigured _ ->
          throw new IllegalArgumentException(
              "a " + delta.getClass().getSimpleName() + " has its own way into the state");
    }
  }

  /** Completes when everything submitted before this call is in the maps and was told on. */
  public CompletionStage<Void> settle() {
    Tenure led = tenure;
    CompletableFuture<Void> all = leases.settle().toCompletableFuture();
    return led == null
        ? all
        : CompletableFuture.allOf(
            all,
            led.catalog().settle().toCompletableFuture(),
            led.enrolments().settle().toCompletableFuture());
  }

  /** How many values wait to get into the maps. */
  public int waiting() {
    Tenure led = tenure;
    return leases.waiting()
        + (led == null ? 0 : led.catalog().waiting() + led.enrolments().waiting());
  }

  @Override
  public void close() throws Exception {
    following.close();
    owner.close();
  }

  private void joinedOrLeft(List<String> members) {
    // Who came back from the other side of a cut may have something older, or other.
    leases.rewrite();
    Tenure led = tenure;
    if (led != null) {
      led.catalog().rewrite();
      led.enrolments().rewrite();
    }
    if (members.getFirst().equals(group.self())) {
      leases.forgetDead(group::members);
    }
  }

  private Tenure tenure() {
    Tenure led = tenure;
    if (led == null) {
      throw new IllegalStateException("bug: a replica that does not lead was given something");
    }
    return led;
  }

  private CacheWriter writer(String name, ReplicatedMap map, long term) {
    CacheWriter writer = new CacheWriter(name, map, term, group.self(), timings, owner);
    map.subscribe(writer);
    return writer;
  }
}
