package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.RouteTable.VirtualHost;
import dev.weft.proxy.http.codec.HttpChars;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code RouteConfiguration}: virtual hosts and their domains. */
final class RouteTableReader {
  private RouteTableReader() {}

  static RouteTable read(RouteConfiguration proto, Problems problems) {
    RouteScope scope = RouteScope.of(proto, problems);
    List<VirtualHost> hosts = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Map<String, String> domains = new HashMap<>();
    for (int i = 0; i < proto.getVirtualHostsCount(); i++) {
      Problems at = problems.field("virtual_hosts").item(i);
      VirtualHost host = host(proto.getVirtualHosts(i), scope, domains, at);
      if (!names.add(host.name())) {
        at.field("name").add("is there already: " + Texts.quoted(host.name()));
      }
      hosts.add(host);
    }
    return new RouteTable(
        proto.getName(),
        proto.getIgnorePortInHostMatching(),
        internalOnly(proto, problems.field("internal_only_headers")),
        hosts);
  }

  private static List<String> internalOnly(RouteConfiguration proto, Problems problems) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < proto.getInternalOnlyHeadersCount(); i++) {
      String name = proto.getInternalOnlyHeaders(i).toLowerCase(Locale.ROOT);
      if (!HttpChars.isToken(name)) {
        problems.item(i).add("is no name of a header: " + Texts.quoted(name));
      }
      names.add(name);
    }
    return names;
  }

  private static VirtualHost host(
      io.envoyproxy.envoy.config.route.v3.VirtualHost proto,
      RouteScope scope,
      Map<String, String> taken,
      Problems problems) {
    Texts.required(proto.getName(), problems.field("name"));
    if (proto.getDomainsCount() == 0) {
      problems.field("domains").add("needs at least one");
    }
    List<String> domains = new ArrayList<>();
    for (int i = 0; i < proto.getDomainsCount(); i++) {
      String domain = proto.getDomains(i).toLowerCase(Locale.ROOT);
      Problems at = problems.field("domains").item(i);
      if (!isPattern(domain)) {
        at.add("is neither a name, *.suffix, prefix.* nor *: " + Texts.quoted(domain));
      }
      String owner = taken.putIfAbsent(domain, proto.getName());
      if (owner != null) {
        at.add(Texts.quoted(domain) + " is a domain of " + Texts.quoted(owner) + " already");
      }
      domains.add(domain);
    }
    RouteReader reader = new RouteReader(scope.within(proto, problems));
    List<Route> routes = new ArrayList<>();
    for (int i = 0; i < proto.getRoutesCount(); i++) {
      Route route = reader.read(proto.getRoutes(i), problems.field("routes").item(i));
      if (route != null) {
        routes.add(route);
      }
    }
    return new VirtualHost(proto.getName(), domains, routes);
  }

  private static boolean isPattern(String domain) {
    if (domain.equals("*")) {
      return true;
    }
    String bare = domain;
    if (domain.startsWith("*.")) {
      bare = domain.substring(2);
    } else if (domain.endsWith(".*")) {
      bare = domain.substring(0, domain.length() - 2);
    }
    return !bare.isEmpty()
        && domain.length() <= 255
        && bare.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '*' && c != '/');
  }
}
