package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.ListenerConfig;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code envoy.config.listener.v3.Listener}. */
final class ListenerReader {
  private static final int BUFFER_LIMIT = 1024 * 1024;
  private static final Set<String> TRANSPORTS = Set.of("", "tls", "raw_buffer");

  private ListenerReader() {}

  static ListenerConfig read(Listener proto, Problems problems) {
    String name = Texts.required(proto.getName(), problems.field("name"));
    HostPort address =
        SharedReader.address(proto.hasAddress(), proto.getAddress(), 0, problems.field("address"));
    List<FilterChain> chains = chains(proto, problems.field("filter_chains"));
    FilterChain fallback =
        proto.hasDefaultFilterChain()
            ? FilterChainReader.read(
                proto.getDefaultFilterChain(),
                ChainMatch.ANY,
                "default",
                problems.field("default_filter_chain"))
            : null;
    if (proto.hasDefaultFilterChain() && proto.getDefaultFilterChain().hasFilterChainMatch()) {
      problems
          .field("default_filter_chain")
          .field("filter_chain_match")
          .add("is not supported here");
    }
    if (chains.isEmpty() && fallback == null) {
      problems.field("filter_chains").add("needs at least one");
    }
    return new ListenerConfig(
        name,
        address,
        InspectionReader.read(proto, problems),
        chains,
        fallback,
        Numbers.uint32(
            proto.hasPerConnectionBufferLimitBytes(),
            proto.getPerConnectionBufferLimitBytes(),
            BUFFER_LIMIT,
            1024,
            Integer.MAX_VALUE,
            problems.field("per_connection_buffer_limit_bytes")),
        AccessLogReader.read(proto.getAccessLogList(), problems.field("access_log")),
        proto.getTrafficDirection() == TrafficDirection.OUTBOUND);
  }

  private static List<FilterChain> chains(Listener proto, Problems problems) {
    List<FilterChain> chains = new ArrayList<>();
    Map<ChainMatch, Integer> seen = new HashMap<>();
    for (int i = 0; i < proto.getFilterChainsCount(); i++) {
      Problems at = problems.item(i);
      ChainMatch match =
          match(proto.getFilterChains(i).getFilterChainMatch(), at.field("filter_chain_match"));
      Integer earlier = seen.putIfAbsent(match, i);
      if (earlier != null) {
        at.field("filter_chain_match").add("is the same as that of filter_chains[" + earlier + "]");
      }
      chains.add(FilterChainReader.read(proto.getFilterChains(i), match, "chain-" + i, at));
    }
    return chains;
  }

  private static ChainMatch match(FilterChainMatch proto, Problems problems) {
    int port =
        Numbers.uint32(
            proto.hasDestinationPort(),
            proto.getDestinationPort(),
            0,
            1,
            65_535,
            problems.field("destination_port"));
    List<String> serverNames = new ArrayList<>();
    for (int i = 0; i < proto.getServerNamesCount(); i++) {
      String name = proto.getServerNames(i).toLowerCase(Locale.ROOT);
      String bare = name.startsWith("*.") ? name.substring(2) : name;
      if (bare.isEmpty() || bare.indexOf('*') >= 0 || name.length() > 255) {
        problems
            .field("server_names")
            .item(i)
            .add("is neither a name nor *.suffix: " + Texts.quoted(name));
      }
      serverNames.add(name);
    }
    if (!TRANSPORTS.contains(proto.getTransportProtocol())) {
      problems
          .field("transport_protocol")
          .add("is not supported: " + Texts.quoted(proto.getTransportProtocol()));
    }
    return new ChainMatch(
        port, serverNames, proto.getTransportProtocol(), proto.getApplicationProtocolsList());
  }
}
