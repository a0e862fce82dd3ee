package dev.weft.agent.model;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

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

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  public ExternalServices {
    all = Map.copyOf(all);
    addresses = Map.copyOf(addresses);
  }

  /** Where it is dialled, literal; empty: nobody knows. */
  public List<String> addressesOf(ExternalService service) {
    String host = service.address().host();
    return isLiteral(host) ? List.of(host) : addresses.getOrDefault(host, List.of());
  }

  /** Whether it is an IP address, which needs no look-up; without a zone. */
  public static boolean isLiteral(String host) {
    if (!IPV4.matcher(host).matches() && (host.indexOf(':') < 0 || host.indexOf('%') >= 0)) {
      return false;
    }
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
