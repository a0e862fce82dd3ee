package dev.weft.proxy.xds.parse;

import com.google.protobuf.Message;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.NamedFilter;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The filters of a connection manager: any number, then the router. */
final class HttpFiltersReader {
  private static final int MOST = 32;

  private HttpFiltersReader() {}

  /** All but the router. */
  static List<NamedFilter> read(List<HttpFilter> protos, Problems problems) {
    if (protos.isEmpty() || protos.size() > MOST) {
      problems.add("has " + protos.size() + " filters, expected the router and at most 31 others");
    }
    List<NamedFilter> filters = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < protos.size(); i++) {
      HttpFilter proto = protos.get(i);
      Problems at = problems.item(i);
      Message typed = TypedConfigs.unpack(proto.getTypedConfig());
      boolean last = i == protos.size() - 1;
      if (!names.add(Texts.required(proto.getName(), at.field("name")))) {
        at.field("name").add("is there already: " + Texts.quoted(proto.getName()));
      }
      if (last != typed instanceof Router) {
        at.field("typed_config").add(last ? "expected a Router" : "a Router has to be the last");
      } else if (last && proto.getDisabled()) {
        at.field("disabled").add("is not supported for the router");
      }
      switch (typed) {
        case Cors cors -> filters.add(filter(proto, new FilterSettings.Cors()));
        case HTTPFault fault ->
            filters.add(filter(proto, FaultReader.read(fault, at.field("typed_config"))));
        case JwtAuthentication jwt -> {
          var settings = JwtReader.read(jwt, at.field("typed_config"));
          if (settings != null) {
            filters.add(filter(proto, settings));
          }
        }
        case RBAC rbac ->
            filters.add(filter(proto, RbacReader.http(rbac, at.field("typed_config"))));
        case ExtAuthz authz ->
            filters.add(filter(proto, ExtAuthzReader.read(authz, at.field("typed_config"))));
        case Router router -> {}
        // FieldCheck has reported it already.
        case null -> {}
        default ->
            at.field("typed_config")
                .add(
                    "expected a Cors, an HTTPFault, a JwtAuthentication, an RBAC, an ExtAuthz or the Router");
      }
    }
    return filters;
  }

  private static NamedFilter filter(HttpFilter proto, FilterSettings settings) {
    return new NamedFilter(proto.getName(), settings, proto.getDisabled());
  }
}
