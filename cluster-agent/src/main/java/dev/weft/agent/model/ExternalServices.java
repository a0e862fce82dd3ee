package dev.weft.agent.model;

import dev.weft.policy.document.HostLiteral;
import java.util.List;
import java.util.Map;

/**
 * The servers outside of the mesh, and where they are. Immutable.
 *
 * @param all by their names
 * @param addresses literal ones by host name, of those that were looked up
 */
public record ExternalServices(
    Map<ServiceKey, ExternalService> all, Map<String, List<String>> addresses) {
  /** There are none. */
  public static final ExternalServices NONE = new ExternalServices(Map.of(), Map.of());

  public ExternalServices {
    all = Map.copyOf(all);
    addresses = Map.copyOf(addresses);
  }

  /** Where it is dialled, literal; empty: nobody knows. */
  public List<String> addressesOf(ExternalService service) {
    String host = service.address().host();
    return HostLiteral.is(host) ? List.of(host) : addresses.getOrDefault(host, List.of());
  }
}
