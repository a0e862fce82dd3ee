package dev.weft.agent.replication;

import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.ImportedService.ImportedInstance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.v1.Entry;
import dev.weft.v1.ExportedInstance;
import dev.weft.v1.ExportedService;
import dev.weft.v1.Health;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * From an entry of a peer to what the mesh believes of it. A peer speaks for its own trust domain
 * and its own names only, and within limits; everything else is refused as a whole, with the
 * reason. Pure.
 */
final class ImportDecoder {

  static final int MOST_INSTANCES = 10_000;
  private static final int MOST_PAIRS = 64;
  private static final int LONGEST_TEXT = 256;
  private static final Set<String> PROTOCOLS = Set.of("http", "http2", "grpc", "tcp");

  private final String peer;
  private final TrustDomain trustDomain;

  ImportDecoder(String peer, String mesh) {
    this.peer = peer;
    this.trustDomain = new TrustDomain(peer + "." + mesh);
  }

  /** Why an entry is refused: the {@code reason} of {@code weft_federation_entries_refused}. */
  enum Fault {
    /** The key is not that of its service. */
    KEY("key"),
    PROTOCOL("protocol"),
    SETTINGS("settings"),
    /** Malformed, or of another trust domain than the peer's. */
    IDENTITY("identity"),
    TOO_MANY_INSTANCES("too_many_instances"),
    INSTANCE_ID("instance_id"),
    /** Not a name of the service in the peer's trust domain. */
    SERVER_NAME("server_name"),
    WEIGHT("weight"),
    LABELS("labels");

    private final String label;

    Fault(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /** What came out. */
  sealed interface Decoded {
    record Service(ImportedService service) implements Decoded {}

    /** A kind of entry that this version does not know. */
    record Unknown() implements Decoded {}

    /**
     * @param detail for people; may quote the peer within the decoder's limits
     */
    record Refused(Fault fault, String detail) implements Decoded {}
  }

  /** The service that a key is about; empty for other kinds and malformed keys. */
  static Optional<ServiceKey> serviceOf(String entryKey) {
    String[] parts = entryKey.split("/", -1);
    return entryKey.startsWith(ExportView.SERVICE_KIND)
            && parts.length == 3
            && DnsLabel.matches(parts[1])
            && DnsLabel.matches(parts[2])
        ? Optional.of(new ServiceKey(parts[1], parts[2]))
        : Optional.empty();
  }

  /**
   * Decodes a live entry.
   *
   * @param now our monotonic clock in milliseconds when it was received
   */
  Decoded decode(Entry entry, long now) {
    if (!entry.hasService()) {
      return new Decoded.Unknown();
    }
    ExportedService service = entry.getService();
    Optional<ServiceKey> key = serviceOf(entry.getKey());
    if (key.isEmpty()
        || !key.get().equals(new ServiceKey(service.getNamespace(), service.getName()))) {
      return new Decoded.Refused(Fault.KEY, "its key is not that of its service");
    }
    if (!PROTOCOLS.contains(service.getProtocol())) {
      return new Decoded.Refused(Fault.PROTOCOL, "protocol is none of " + PROTOCOLS);
    }
    if (!tame(service.getSettingsMap().keySet()) || !tame(service.getSettingsMap().values())) {
      return new Decoded.Refused(Fault.SETTINGS, "settings are out of bounds");
    }
    if (service.getInstancesCount() > MOST_INSTANCES) {
      return new Decoded.Refused(
          Fault.TOO_MANY_INSTANCES, "more than " + MOST_INSTANCES + " instances");
    }
    try {
      SpiffeId identity = SpiffeId.parse(service.getIdentity());
      if (!identity.trustDomain().equals(trustDomain)) {
        return new Decoded.Refused(
            Fault.IDENTITY, "identity " + identity + " is not of " + trustDomain);
      }
      return instances(key.get(), service, identity, now);
    } catch (IllegalArgumentException e) {
      return new Decoded.Refused(Fault.IDENTITY, "identity is malformed");
    }
  }

  private Decoded instances(ServiceKey key, ExportedService service, SpiffeId identity, long now) {
    List<ImportedInstance> instances = new ArrayList<>(service.getInstancesCount());
    Set<String> ids = new HashSet<>();
    for (ExportedInstance instance : service.getInstancesList()) {
      if (!ids.add(instance.getId())) {
        return new Decoded.Refused(Fault.INSTANCE_ID, "two instances have the same id");
      }
      Optional<Decoded.Refused> problem = problem(key, instance);
      if (problem.isPresent()) {
        return problem.get();
      }
      instances.add(instance(instance, now));
    }
    return new Decoded.Service(
        new ImportedService(
            peer, key, service.getProtocol(), identity, instances, service.getSettingsMap()));
  }

  private Optional<Decoded.Refused> problem(ServiceKey key, ExportedInstance instance) {
    String suffix = "." + key.name() + "." + key.namespace() + "." + trustDomain.name();
    if (instance.getId().isEmpty() || instance.getId().length() > LONGEST_TEXT) {
      return refused(Fault.INSTANCE_ID, "an instance's id is empty or too long");
    }
    if (instance.getSni().length() > 253
        || !instance.getSni().endsWith(suffix)
        || !labels(instance.getSni().substring(0, instance.getSni().length() - suffix.length()))) {
      return refused(
          Fault.SERVER_NAME,
          "an instance's server name is not one of " + key + " in " + trustDomain);
    }
    if (instance.getWeight() < 1 || instance.getWeight() > 65_535) {
      return refused(Fault.WEIGHT, "an instance's weight is out of range");
    }
    if (!tame(List.of(instance.getRegion(), instance.getZone()))
        || !tame(instance.getLabelsMap().keySet())
        || !tame(instance.getLabelsMap().values())) {
      return refused(Fault.LABELS, "an instance's region, zone or labels are out of bounds");
    }
    return Optional.empty();
  }

  private static Optional<Decoded.Refused> refused(Fault fault, String detail) {
    return Optional.of(new Decoded.Refused(fault, detail));
  }

  private static boolean labels(String sni) {
    return !sni.isEmpty() && List.of(sni.split("\\.", -1)).stream().allMatch(DnsLabel::matches);
  }

  private static boolean tame(Iterable<String> texts) {
    int count = 0;
    for (String text : texts) {
      if (++count > MOST_PAIRS || text.length() > LONGEST_TEXT) {
        return false;
      }
    }
    return true;
  }

  private static ImportedInstance instance(ExportedInstance instance, long now) {
    long age = Math.max(0, instance.getHealthAgeMillis());
    return new ImportedInstance(
        instance.getId(),
        instance.getSni(),
        instance.getWeight(),
        new Evidence(health(instance.getHealth()), Evidence.Source.PEER, "", now - age),
        instance.getRegion(),
        instance.getZone(),
        instance.getLabelsMap());
  }

  private static Evidence.Health health(Health health) {
    return switch (health) {
      case HEALTH_PASSING -> Evidence.Health.PASSING;
      case HEALTH_WARNING -> Evidence.Health.WARNING;
      case HEALTH_CRITICAL -> Evidence.Health.CRITICAL;
      case HEALTH_UNKNOWN, UNRECOGNIZED -> Evidence.Health.UNKNOWN;
    };
  }
}
