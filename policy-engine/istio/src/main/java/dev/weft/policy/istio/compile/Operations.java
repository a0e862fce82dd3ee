package dev.weft.policy.istio.compile;

import com.google.protobuf.Any;
import dev.weft.policy.istio.AuthorizationPolicy.Term;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** What is asked for, as Envoy's permissions. */
final class Operations {
  private static final String FILTERS = "experimental.";

  private final Destination destination;

  Operations(Destination destination) {
    this.destination = destination;
  }

  /** All of these terms. */
  Permission all(List<Term> terms) {
    List<Permission> and = new ArrayList<>();
    for (Term term : terms) {
      if (!term.values().isEmpty()) {
        and.add(any(term, term.values()));
      }
      if (!term.notValues().isEmpty()) {
        and.add(not(any(term, term.notValues())));
      }
    }
    if (and.isEmpty()) {
      and.add(anything());
    }
    return Permission.newBuilder().setAndRules(set(and)).build();
  }

  private Permission any(Term term, List<String> values) {
    return Permission.newBuilder()
        .setOrRules(set(values.stream().map(value -> one(term, value)).toList()))
        .build();
  }

  private Permission one(Term term, String value) {
    Permission.Builder permission = Permission.newBuilder();
    return switch (term.attribute()) {
      case HOST -> permission.setHeader(Matchers.header(":authority", value, true)).build();
      case METHOD -> permission.setHeader(Matchers.header(":method", value, false)).build();
      case PATH -> path(value);
      // What the connection itself came to is the port that all chains share.
      case PORT -> Integer.parseInt(value) == destination.port() ? anything() : nothing();
      case DESTINATION_IP -> holds(Matchers.range(value)) ? anything() : nothing();
      case SERVER_NAME -> permission.setRequestedServerName(Matchers.pattern(value)).build();
      // Sidecars take no rule on what filters tell of a connection without requests.
      case FILTER_METADATA -> destination.http() ? metadata(term.key(), value) : nothing();
      case PRINCIPAL,
          REQUEST_PRINCIPAL,
          NAMESPACE,
          SERVICE_ACCOUNT,
          TRUST_DOMAIN,
          SOURCE_IP,
          REMOTE_IP,
          HEADER,
          AUDIENCE,
          PRESENTER,
          CLAIM ->
          throw new IllegalArgumentException(term.attribute() + " says who asks");
    };
  }

  private static Permission path(String value) {
    if (value.contains("{*}") || value.contains("{**}")) {
      String template = value.replace("{**}", "**").replace("{*}", "*");
      return Permission.newBuilder()
          .setUriTemplate(
              TypedExtensionConfig.newBuilder()
                  .setName("uri-template")
                  .setTypedConfig(
                      Any.pack(
                          UriTemplateMatchConfig.newBuilder().setPathTemplate(template).build())))
          .build();
    }
    return Permission.newBuilder()
        .setUrlPath(PathMatcher.newBuilder().setPath(Matchers.pattern(value)))
        .build();
  }

  /** {@code experimental.envoy.filters.a.b[c]}; a value in brackets is looked for in a list. */
  private static Permission metadata(String key, String value) {
    int open = key.indexOf('[');
    String filter = key.substring(FILTERS.length(), open);
    String name = key.substring(open + 1, key.length() - 1);
    boolean list = value.length() > 1 && value.startsWith("[") && value.endsWith("]");
    ValueMatcher text = Matchers.text(Matchers.pattern(list ? unbracketed(value) : value));
    return Permission.newBuilder()
        .setSourcedMetadata(
            Matchers.metadata(filter, List.of(name), list ? Matchers.listed(text) : text))
        .build();
  }

  /** Without any brackets around it. */
  private static String unbracketed(String value) {
    int from = 0;
    int to = value.length();
    while (from < to && "[]".indexOf(value.charAt(from)) >= 0) {
      from++;
    }
    while (to > from && "[]".indexOf(value.charAt(to - 1)) >= 0) {
      to--;
    }
    return value.substring(from, to);
  }

  private boolean holds(CidrRange range) {
    byte[] block = literal(range.getAddressPrefix());
    byte[] address = literal(destination.host());
    boolean mapped = block.length == 4 && range.getAddressPrefix().contains(":");
    if (mapped || block.length == 0 || block.length != address.length) {
      return false;
    }
    for (int bit = 0; bit < range.getPrefixLen().getValue(); bit++) {
      int mask = 0x80 >> (bit % 8);
      if (((block[bit / 8] ^ address[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Empty: no literal address. */
  private static byte[] literal(String host) {
    try {
      return InetAddress.ofLiteral(host).getAddress();
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  static Permission anything() {
    return Permission.newBuilder().setAny(true).build();
  }

  static Permission nothing() {
    return not(anything());
  }

  private static Permission not(Permission permission) {
    return Permission.newBuilder().setNotRule(permission).build();
  }

  private static Permission.Set set(List<Permission> permissions) {
    return Permission.Set.newBuilder().addAllRules(permissions).build();
  }
}
