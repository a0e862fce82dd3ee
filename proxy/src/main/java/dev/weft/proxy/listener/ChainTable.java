package dev.weft.proxy.listener;

import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.ListenerConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a filter chain as Envoy does: level by level, and the most specific level that has any
 * candidate decides, without going back. Immutable.
 */
final class ChainTable {
  /** Chains by port (0: any), then by server name ("": any, ".suffix" for a wildcard). */
  private final Map<Integer, Map<String, List<FilterChain>>> chains = new HashMap<>();

  private final @Nullable FilterChain fallback;

  ChainTable(ListenerConfig listener) {
    fallback = listener.defaultChain();
    for (FilterChain chain : listener.chains()) {
      ChainMatch match = chain.match();
      Map<String, List<FilterChain>> byName =
          chains.computeIfAbsent(match.destinationPort(), port -> new HashMap<>());
      List<String> names = match.serverNames().isEmpty() ? List.of("") : match.serverNames();
      for (String name : names) {
        String key = name.startsWith("*.") ? name.substring(1) : name;
        byName.computeIfAbsent(key.toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1)).add(chain);
      }
    }
  }

  /**
   * What is known of a connection before a chain is chosen.
   *
   * @param serverName lower case; empty: none
   * @param alpn protocols that a ClientHello offers
   */
  record Facts(int destinationPort, String serverName, boolean tls, List<String> alpn) {}

  /** The chain; {@code null}: none matches. */
  @Nullable FilterChain choose(Facts facts) {
    Map<String, List<FilterChain>> byName = chains.get(facts.destinationPort());
    if (byName == null) {
      byName = chains.getOrDefault(0, Map.of());
    }
    List<FilterChain> named = byServerName(byName, facts.serverName());
    String transport = facts.tls() ? "tls" : "raw_buffer";
    List<FilterChain> found =
        firstNonEmpty(
            named,
            chain -> chain.match().transportProtocol().equals(transport),
            chain -> chain.match().transportProtocol().isEmpty());
    found =
        firstNonEmpty(
            found,
            chain -> offersAny(chain.match().applicationProtocols(), facts.alpn()),
            chain -> chain.match().applicationProtocols().isEmpty());
    return found.isEmpty() ? fallback : found.getFirst();
  }

  private static List<FilterChain> byServerName(
      Map<String, List<FilterChain>> byName, String serverName) {
    List<FilterChain> exact = serverName.isEmpty() ? null : byName.get(serverName);
    if (exact != null) {
      return exact;
    }
    for (int dot = serverName.indexOf('.'); dot >= 0; dot = serverName.indexOf('.', dot + 1)) {
      List<FilterChain> suffix = byName.get(serverName.substring(dot));
      if (suffix != null) {
        return suffix;
      }
    }
    return byName.getOrDefault("", List.of());
  }

  private static boolean offersAny(List<String> wanted, List<String> offered) {
    return wanted.stream().anyMatch(offered::contains);
  }

  private static List<FilterChain> firstNonEmpty(
      List<FilterChain> from, Predicate<FilterChain> specific, Predicate<FilterChain> any) {
    List<FilterChain> found = from.stream().filter(specific).toList();
    return found.isEmpty() ? from.stream().filter(any).toList() : found;
  }

  /** Whether every chain asks for TLS, so that plaintext can never be right. */
  boolean tlsOnly() {
    return fallback == null
        && chains.values().stream()
            .flatMap(byName -> byName.values().stream())
            .flatMap(List::stream)
            .allMatch(chain -> chain.match().transportProtocol().equals("tls"));
  }
}
