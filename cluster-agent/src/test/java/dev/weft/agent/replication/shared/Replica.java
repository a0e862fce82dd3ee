package dev.weft.agent.replication.shared;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateOwner;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What one agent knows: real caches, a real state, a real store. */
final class Replica implements AutoCloseable {
  static final TrustDomain DOMAIN = new TrustDomain("east.demo");
  static final Duration HOLD = Duration.ofMillis(500);

  final InfinispanMaps maps;
  final StateOwner state;
  final SharedState shared;

  /**
   * @param clock differs between replicas, as the monotonic clocks of machines do
   */
  Replica(InfinispanMaps maps, Path data, LongSupplier clock) throws Exception {
    this.maps = maps;
    this.state =
        new StateOwner(
            new MeshState.Local(
                "demo",
                "east",
                "eu",
                "a",
                DOMAIN,
                new Address("127.0.0.1", 15012),
                new MeshState.Trust(List.of())),
            Duration.ofSeconds(5),
            HOLD,
            clock);
    this.shared =
        new SharedState(
            new SharedState.Maps(maps.map("catalog"), maps.map("leases"), maps.map("enrolments")),
            maps,
            new ResourceStore(data),
            state,
            HOLD,
            clock,
            new CacheWriter.Timings(Duration.ofMillis(100), Duration.ofMinutes(5)));
  }

  Map<String, Instance> instances(String service) {
    return state.current().instances().getOrDefault(key(service), Map.of());
  }

  Evidence evidence(String service) {
    return instances(service).values().iterator().next().evidence();
  }

  void register(Instance instance) {
    shared.submit(new Delta.ServiceInstances(instance.service(), List.of(instance)));
  }

  void deregister(String service) {
    shared.submit(new Delta.ServiceInstances(key(service), List.of()));
  }

  void enrol(String service) {
    shared.submit(
        new Delta.Enrolled(
            new Enrolment(new SpiffeId(DOMAIN, "default", service), Set.of(service))));
  }

  /** Until everything submitted is in this replica's state. */
  void settle() throws Exception {
    shared.settle().toCompletableFuture().get(30, TimeUnit.SECONDS);
    state.settle().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  static ServiceKey key(String service) {
    return new ServiceKey("default", service);
  }

  static Instance instance(String service, Evidence.Health health, long atMillis) {
    return new Instance(
        service + "-1",
        key(service),
        new Address("127.0.0.1", 9001),
        7,
        Map.of("version", "2"),
        List.of("blue"),
        Map.of("protocol", "grpc"),
        new Evidence(health, Evidence.Source.REGISTRY_CHECK, "HTTP GET: 200 OK", atMillis));
  }

  static NodeAnnouncement node(String id) {
    return new NodeAnnouncement(
        id,
        NodeAnnouncement.Role.SIDECAR,
        new SpiffeId(DOMAIN, "default", "payments"),
        new Address("127.0.0.1", 15006),
        new Address("::1", 15002),
        Set.of(new Address("127.0.0.1", 9001)),
        null,
        null,
        Set.of("weft.endpoint-metadata"));
  }

  @Override
  public void close() throws Exception {
    shared.close();
    state.close();
    maps.close();
  }
}
