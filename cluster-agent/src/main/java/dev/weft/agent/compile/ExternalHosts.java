package dev.weft.agent.compile;

import dev.weft.agent.compile.route.ExternalRoutes;
import dev.weft.agent.compile.upstream.ExternalUpstream;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ExternalServices;
import dev.weft.agent.model.ServiceKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * By which names callers of one namespace reach servers outside of the mesh. No name is given
 * twice, since proxies would refuse all routes then: a service of the mesh keeps its names, and of
 * two external ones with the same host the first by namespace and name has it. Pure.
 */
final class ExternalHosts {
  private static final ServiceSettings USUAL = ServiceSettings.of(List.of(), List.of());

  private ExternalHosts() {}

  /** Those in scope, in the order of their names. */
  static List<ExternalService> of(ExternalServices externals, Scope scope) {
    return externals.all().values().stream()
        .filter(service -> scope.holds(service.key()))
        .sorted(Comparator.comparing(ExternalService::key))
        .toList();
  }

  /**
   * The virtual hosts.
   *
   * @param services in the order of their names
   * @param ofMesh whether a service of the mesh has a name
   */
  static List<ExternalRoutes.Slice> routes(
      List<ExternalService> services, Predicate<ServiceKey> ofMesh, String callersNamespace) {
    List<ExternalRoutes.Slice> hosts = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (ExternalService service : services) {
      ServiceKey key = service.key();
      String name = ExternalUpstream.name(key);
      if (!ofMesh.test(key)) {
        List<String> domains = new ArrayList<>();
        if (key.namespace().equals(callersNamespace)) {
          domains.add(key.name() + ".mesh");
        }
        domains.add(key.name() + "." + key.namespace() + ".mesh");
        hosts.add(slice(service, name, domains, service.mainHost()));
      }
      for (String host : service.hosts()) {
        if (taken.add(host)) {
          hosts.add(slice(service, name + "|" + host, List.of(host), host));
        }
      }
    }
    return hosts;
  }

  private static ExternalRoutes.Slice slice(
      ExternalService service, String name, List<String> domains, String host) {
    return new ExternalRoutes.Slice(
        service.key(),
        name,
        domains,
        service.authority(host),
        USUAL.requestTimeout(),
        USUAL.perTryTimeout());
  }
}
