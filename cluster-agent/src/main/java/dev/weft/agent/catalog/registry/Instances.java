package dev.weft.agent.catalog.registry;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** From registrations to the mesh's instances. Immutable; thread-safe. */
final class Instances {
  private static final int LONGEST_DETAIL = 512;

  private final String nodeAddress;
  private final LongSupplier monotonicMillis;

  /**
   * @param nodeAddress of registrations without an address
   */
  Instances(String nodeAddress, LongSupplier monotonicMillis) {
    this.nodeAddress = nodeAddress;
    this.monotonicMillis = monotonicMillis;
  }

  /** The instances of a service that can take traffic: those with a port. */
  List<Instance> of(String service, Contents contents) {
    return contents.named(service).values().stream()
        .filter(entry -> entry.registration().port() > 0)
        .map(entry -> instance(entry, contents.nodeChecks().values()))
        .toList();
  }

  private Instance instance(Entry entry, Collection<Check> nodeChecks) {
    Registration registration = entry.registration();
    String address = registration.address();
    return new Instance(
        registration.id(),
        new ServiceKey("default", registration.name()),
        new Address(address.isEmpty() ? nodeAddress : address, registration.port()),
        registration.settings().weight(),
        registration.meta(),
        registration.tags(),
        registration.settings().values(),
        evidence(Stream.concat(nodeChecks.stream(), entry.checks().values().stream()).toList()));
  }

  private Evidence evidence(List<Check> checks) {
    if (checks.isEmpty()) {
      return new Evidence(
          Evidence.Health.PASSING,
          Evidence.Source.REGISTRATION,
          "registered without a check",
          monotonicMillis.getAsLong());
    }
    Check worst = checks.stream().max(Comparator.comparing(Check::status)).orElseThrow();
    Evidence.Health value =
        switch (worst.status()) {
          case PASSING -> Evidence.Health.PASSING;
          case WARNING -> Evidence.Health.WARNING;
          case CRITICAL -> Evidence.Health.CRITICAL;
        };
    boolean restored = checks.stream().anyMatch(Check::restored);
    String output = worst.latest().output();
    return new Evidence(
        value,
        restored ? Evidence.Source.RESTORED : Evidence.Source.REGISTRY_CHECK,
        output.length() <= LONGEST_DETAIL ? output : output.substring(0, LONGEST_DETAIL),
        checks.stream().mapToLong(check -> check.latest().atMillis()).min().orElseThrow());
  }
}
