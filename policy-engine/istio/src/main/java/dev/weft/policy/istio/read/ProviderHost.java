package dev.weft.policy.istio.read;

import dev.weft.policy.document.Fields;
import dev.weft.policy.document.HostLiteral;
import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.istio.Provider.Host;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider is, from {@code service} and {@code port}. A service of the mesh is written
 * {@code <service>.<namespace>}, {@code <namespace>/<service>}, {@code <service>.<namespace>.mesh},
 * {@code <service>.mesh} (of namespace {@code default}), or as Kubernetes calls it, {@code
 * <service>.<namespace>.svc.cluster.local}. All else is a host outside, and so is a name that ends
 * in a dot, whatever it looks like.
 */
final class ProviderHost {
  private static final String DEFAULT_NAMESPACE = "default";
  private static final String MESH = ".mesh";
  private static final List<String> KUBERNETES = List.of(".svc.cluster.local", ".svc");
  private static final int MOST_PORT = 65_535;

  /** RFC 1123 section 2.1; a last label of digits would be an address gone wrong. */
  private static final Pattern HOST_NAME =
      Pattern.compile(
          "(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\\.)*"
              + "(?=[^.]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.?",
          Pattern.CASE_INSENSITIVE);

  private ProviderHost() {}

  static Optional<Host> read(Fields fields) {
    Optional<String> text = fields.requiredText("service");
    Optional<Integer> port = fields.numberOrDigits("port", 1, MOST_PORT);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String host = text.get();
    Host.@Nullable Service service = service(host);
    if (service != null) {
      return Optional.of(service);
    }
    boolean literal = HostLiteral.is(host);
    if (host.endsWith(MESH) || !(literal || HOST_NAME.matcher(host).matches())) {
      fields.problem(
          "service",
          "expected a service of the mesh, an IP address or a host name, found \""
              + Fields.brief(host)
              + "\"");
      return Optional.empty();
    }
    if (!fields.has("port")) {
      fields.problem("port", "required: \"" + Fields.brief(host) + "\" is no service of the mesh");
    }
    return port.map(
        number -> new Host.Outside(host, number, literal ? List.of(host) : List.<String>of()));
  }

  /** {@code null}: it is none of the mesh. */
  private static Host.@Nullable Service service(String text) {
    int slash = text.indexOf('/');
    if (slash >= 0) {
      String namespace = text.substring(0, slash);
      String host = text.substring(slash + 1);
      Host.@Nullable Service written = service(host);
      return written == null || !written.namespace().equals(namespace)
          ? of(host, namespace)
          : written;
    }
    String name = text;
    if (text.endsWith(MESH)) {
      name = text.substring(0, text.length() - MESH.length());
      if (DnsLabel.matches(name)) {
        return of(name, DEFAULT_NAMESPACE);
      }
    }
    for (String domain : KUBERNETES) {
      if (text.endsWith(domain)) {
        name = text.substring(0, text.length() - domain.length());
        break;
      }
    }
    int dot = name.indexOf('.');
    return dot < 0 ? null : of(name.substring(0, dot), name.substring(dot + 1));
  }

  private static Host.@Nullable Service of(String name, String namespace) {
    return DnsLabel.matches(name) && DnsLabel.matches(namespace)
        ? new Host.Service(namespace, name)
        : null;
  }
}
