package dev.weft.proxy.http.route;

import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.RouteTable.VirtualHost;
import dev.weft.proxy.http.RequestHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RouteTable} made ready for look-up. A virtual host is found as {@code
 * envoy.config.route.v3.VirtualHost.domains} says: the exact domain, then the longest suffix
 * wildcard, then the longest prefix wildcard, then {@code *}; a wildcard stands for at least one
 * character. Routes of other virtual hosts are not looked at when the one found has none that
 * matches. Immutable.
 */
public final class RouteIndex {
  /** No virtual host, hence never a route. */
  public static final RouteIndex EMPTY =
      new RouteIndex(new RouteTable("", true, List.of()), Map.of(), List.of(), List.of(), null);

  private final RouteTable table;
  private final Map<String, VirtualHost> exact;
  private final List<Wildcards> suffixes;
  private final List<Wildcards> prefixes;
  private final @Nullable VirtualHost any;

  private RouteIndex(
      RouteTable table,
      Map<String, VirtualHost> exact,
      List<Wildcards> suffixes,
      List<Wildcards> prefixes,
      @Nullable VirtualHost any) {
    this.table = table;
    this.exact = exact;
    this.suffixes = suffixes;
    this.prefixes = prefixes;
    this.any = any;
  }

  /** Wildcards of one length: one hash look-up each, longest first. */
  private record Wildcards(int length, Map<String, VirtualHost> hosts) {}

  /** Indexes the table; where a domain is there twice the first one counts. */
  public static RouteIndex compile(RouteTable table) {
    Map<String, VirtualHost> exact = new HashMap<>();
    Map<Integer, Map<String, VirtualHost>> suffixes = new TreeMap<>();
    Map<Integer, Map<String, VirtualHost>> prefixes = new TreeMap<>();
    VirtualHost any = null;
    for (VirtualHost host : table.virtualHosts()) {
      for (String domain : host.domains()) {
        String name = domain.toLowerCase(Locale.ROOT);
        int rest = name.length() - 1;
        if (name.equals("*")) {
          any = any == null ? host : any;
        } else if (name.startsWith("*")) {
          suffixes
              .computeIfAbsent(-rest, length -> new HashMap<>())
              .putIfAbsent(name.substring(1), host);
        } else if (name.endsWith("*")) {
          prefixes
              .computeIfAbsent(-rest, length -> new HashMap<>())
              .putIfAbsent(name.substring(0, rest), host);
        } else {
          exact.putIfAbsent(name, host);
        }
      }
    }
    return new RouteIndex(
        table, Map.copyOf(exact), longestFirst(suffixes), longestFirst(prefixes), any);
  }

  private static List<Wildcards> longestFirst(Map<Integer, Map<String, VirtualHost>> byNegated) {
    List<Wildcards> wildcards = new ArrayList<>();
    byNegated.forEach(
        (negated, hosts) -> wildcards.add(new Wildcards(-negated, Map.copyOf(hosts))));
    return List.copyOf(wildcards);
  }

  /** The table that was compiled. */
  public RouteTable table() {
    return table;
  }

  /**
   * The route of the request; {@code null}: none.
   *
   * @param random drawn from once where routes take shares of the requests
   */
  public @Nullable Route find(RequestHead head, RandomGenerator random) {
    VirtualHost host = virtualHost(head.authority());
    if (host == null) {
      return null;
    }
    List<Route> routes = host.routes();
    String path = RouteMatch.withoutQuery(head.path());
    long drawn = -1;
    for (int i = 0; i < routes.size(); i++) {
      Route route = routes.get(i);
      if (!RouteMatch.accepts(route.match(), head, path)) {
        continue;
      }
      if (route.match().share().equals(Fraction.ALL)) {
        return route;
      }
      // One number for all routes: shares of two routes overlap, as Envoy's do.
      drawn = drawn < 0 ? random.nextLong() >>> 1 : drawn;
      if (route.match().share().includes(drawn)) {
        return route;
      }
    }
    return null;
  }

  /** The virtual host of a Host header; {@code null}: none. */
  public @Nullable VirtualHost virtualHost(String authority) {
    String name = lowerCase(table.ignorePort() ? withoutPort(authority) : authority);
    VirtualHost found = exact.get(name);
    if (found != null) {
      return found;
    }
    for (int i = 0; i < suffixes.size(); i++) {
      Wildcards wildcards = suffixes.get(i);
      if (name.length() > wildcards.length) {
        found = wildcards.hosts.get(name.substring(name.length() - wildcards.length));
        if (found != null) {
          return found;
        }
      }
    }
    for (int i = 0; i < prefixes.size(); i++) {
      Wildcards wildcards = prefixes.get(i);
      if (name.length() > wildcards.length) {
        found = wildcards.hosts.get(name.substring(0, wildcards.length));
        if (found != null) {
          return found;
        }
      }
    }
    return any;
  }

  private static String withoutPort(String authority) {
    int colon = authority.lastIndexOf(':');
    // The colons of an IPv6 literal in brackets are none of a port.
    return colon < 0 || authority.indexOf(']', colon) >= 0
        ? authority
        : authority.substring(0, colon);
  }

  /** Host names come in lower case nearly always: then nothing is made. */
  private static String lowerCase(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if ((c >= 'A' && c <= 'Z') || c > 127) {
        return name.toLowerCase(Locale.ROOT);
      }
    }
    return name;
  }
}
