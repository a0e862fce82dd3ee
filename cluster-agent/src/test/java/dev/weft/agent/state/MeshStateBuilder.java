package dev.weft.agent.state;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Enrolment;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.ImportedService.ImportedInstance;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.model.Peer;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.model.TracingSettings;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * States of cluster {@code east} of mesh {@code demo}, made of the deltas that make real ones; time
 * stands where it is put.
 */
public final class MeshStateBuilder {
  private static final long STALE_AFTER = 5_000;
  private static final long HOLD = 30_000;

  /** A root certificate without a key, valid for a hundred years. */
  public static final byte[] ROOT =
      Base64.getDecoder()
          .decode(
              "MIIBoDCCAUegAwIBAgIUTlxwCMR+RZ8TEubhaIyGdpKgJccwCgYIKoZIzj0EAwIwJTENMAsGA1UECgwE"
                  + "V2VmdDEUMBIGA1UEAwwLZ29sZGVuIHJvb3QwIBcNMjYxMTIxMTIwNDA1WhgPMjEyNjEwMjgxMjA0MDVa"
                  + "MCUxDTALBgNVBAoMBFdlZnQxFDASBgNVBAMMC2dvbGRlbiByb290MFkwEwYHKoZIzj0CAQYIKoZIzj0D"
                  + "AQcDQgAELyMMAiZ0C3BJIvfbSKODrx1g5PhD1y/ny7xofJAcaXDkvnSzV8aM0NUaCo5FvArKof5eU4mh"
                  + "cXyzZA2R6fkJqKNTMFEwHQYDVR0OBBYEFEXujbr0b8qg0xjQdROuu+jEio/PMB8GA1UdIwQYMBaAFEXu"
                  + "jbr0b8qg0xjQdROuu+jEio/PMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgb9xY6ay6"
                  + "MEBVK74JeUOeFBkH5MMkIFbFLU/4+KQxfWoCIBpibuYlsYmhFfqIjoMP57EBZ/rVYWEtOdNfr+IHMxWj");

  public static final TrustDomain EAST = new TrustDomain("east.demo");

  private final Fold fold;
  private final Map<ServiceKey, Map<String, Instance>> instances = new HashMap<>();
  private long now;
  private long version;

  public MeshStateBuilder() {
    this(new TracingSettings(10, "10.0.0.9:4317"), "", Mode.USUAL);
  }

  private MeshStateBuilder(@Nullable TracingSettings tracing, String reasonHeader, Mode mode) {
    fold =
        new Fold(
            new MeshState.Local(
                "demo",
                "east",
                "eu",
                "a",
                EAST,
                address(15012),
                new MeshState.Trust(List.of(ROOT)),
                tracing,
                MeshState.Local.ROOT_NAMESPACE,
                mode,
                reasonHeader),
            STALE_AFTER,
            HOLD);
  }

  /** A mesh whose nodes do not trace. */
  public static MeshStateBuilder untraced() {
    return explaining("");
  }

  /** The same, in which a sidecar's 403 says why in this header. */
  public static MeshStateBuilder explaining(String reasonHeader) {
    return explaining(reasonHeader, Mode.USUAL);
  }

  /** The same, with this mode where no {@code PeerAuthentication} says one. */
  public static MeshStateBuilder explaining(String reasonHeader, Mode mode) {
    return new MeshStateBuilder(null, reasonHeader, mode);
  }

  /** Applies anything. */
  public MeshStateBuilder with(Delta delta) {
    fold.apply(delta, now);
    return this;
  }

  /** Lets time pass. */
  public MeshStateBuilder after(long millis) {
    now += millis;
    fold.advance(now);
    return this;
  }

  /** Registers an instance beside those that are there. */
  public MeshStateBuilder instance(
      String service, String id, int port, Health health, String... settings) {
    ServiceKey key = key(service);
    Map<String, Instance> all = instances.computeIfAbsent(key, _ -> new HashMap<>());
    Map<String, String> set = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      set.put(settings[i], settings[i + 1]);
    }
    all.put(
        id,
        new Instance(
            id,
            key,
            address(port),
            1,
            Map.of(),
            List.of(),
            set,
            new Evidence(health, Evidence.Source.REGISTRY_CHECK, "", now)));
    return with(new Delta.ServiceInstances(key, List.copyOf(all.values())));
  }

  /**
   * A sidecar with all features, enrolled for its service, fronting these ports of the loopback.
   */
  public MeshStateBuilder sidecar(String id, String service, int inbound, Integer... workloads) {
    SpiffeId identity = new SpiffeId(EAST, "default", service);
    with(new Delta.Enrolled(new Enrolment(identity, Set.of(service))));
    return with(new Delta.NodeUp(node(id, service, inbound, true, workloads)));
  }

  /** The announcement of a sidecar; its outbound port is 4 below its inbound port. */
  public static NodeAnnouncement node(
      String id, String service, int inbound, boolean weft, Integer... workloads) {
    return new NodeAnnouncement(
        id,
        NodeAnnouncement.Role.SIDECAR,
        new SpiffeId(EAST, "default", service),
        address(inbound),
        address(inbound - 4),
        Set.copyOf(Arrays.stream(workloads).map(MeshStateBuilder::address).toList()),
        null,
        null,
        weft ? Set.of("weft.endpoint-metadata", "weft.sni-instance") : Set.of());
  }

  /** The announcement of a gateway. */
  public static NodeAnnouncement gateway(String id, int port) {
    return new NodeAnnouncement(
        id,
        NodeAnnouncement.Role.GATEWAY,
        new SpiffeId(EAST, "weft-system", "gateway"),
        null,
        null,
        Set.of(),
        address(port),
        address(port),
        Set.of("weft.endpoint-metadata", "weft.sni-instance"));
  }

  /** Configures these peers, each with one gateway, and hears of them now. */
  public MeshStateBuilder peers(String... clusters) {
    with(
        new Delta.Peers(
            Arrays.stream(clusters)
                .map(cluster ->
                    new Peer(
                        cluster,
                        new TrustDomain(cluster + ".demo"),
                        List.of(new Address("10.0.0." + (cluster.charAt(0) - 'a' + 1), 15443)),
                        List.of(ROOT)))
                .toList()));
    for (String cluster : clusters) {
      with(new Delta.PeerHeard(cluster, now));
    }
    return this;
  }

  /** Imports a service with instances {@code <service>-1} and so on, of these healths. */
  public MeshStateBuilder imported(String peer, String service, int port, Health... healths) {
    ServiceKey key = key(service);
    java.util.List<ImportedInstance> remote = new java.util.ArrayList<>();
    for (int i = 0; i < healths.length; i++) {
      String id = service + "-" + (i + 1);
      remote.add(
          new ImportedInstance(
              id,
              id + "." + port + "." + service + ".default." + peer + ".demo",
              1,
              new Evidence(healths[i], Evidence.Source.PEER, "", now),
              "eu",
              "b",
              Map.of()));
    }
    return with(
        new Delta.Imported(
            new ImportedService(
                peer,
                key,
                "http",
                new SpiffeId(new TrustDomain(peer + ".demo"), "default", service),
                remote,
                Map.of())));
  }

  /** Exports a service. */
  public MeshStateBuilder exported(String service, String... consumers) {
    return with(new Delta.Exported(new ServiceExport(key(service), Set.of(consumers))));
  }

  /** Writes a policy. */
  public MeshStateBuilder policy(String service, FailoverPolicy policy) {
    return with(new Delta.PolicyWritten(key(service), policy));
  }

  public MeshState build() {
    version++;
    return fold.snapshot(version);
  }

  public static ServiceKey key(String service) {
    return new ServiceKey("default", service);
  }

  public static Address address(int port) {
    return new Address("127.0.0.1", port);
  }
}
