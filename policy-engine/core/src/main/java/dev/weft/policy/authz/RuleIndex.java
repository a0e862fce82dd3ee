package dev.weft.policy.authz;

import dev.weft.policy.authz.Key.Fact;
import dev.weft.policy.match.MetadataMatcher;
import dev.weft.policy.match.index.AddressIndex;
import dev.weft.policy.match.index.TemplateIndex;
import dev.weft.policy.match.index.TextIndex;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rules of a policy that could match, by a key of each that has to be there. Rules
 * without such a key are always among them. Immutable.
 */
final class RuleIndex {
  private static final int[] NONE = {};

  /** Rules without a key. */
  private final long[] always;

  private final Map<Fact, TextIndex> texts = new HashMap<>();
  private final @Nullable TextIndex paths;
  private final @Nullable TextIndex peers;
  private final @Nullable TextIndex serverNames;
  private final List<Of<Fact.Header>> headers;
  private final List<Of<Fact.Said>> said;
  private final @Nullable TemplateIndex templates;
  private final Map<Key.Side, AddressIndex> addresses = new EnumMap<>(Key.Side.class);
  private final Map<Integer, int[]> ports = new HashMap<>();

  /**
   * @param rules their places are their numbers
   */
  RuleIndex(List<Rule> rules) {
    Map<Key, Integer> shared = new HashMap<>();
    Conditions counting = new Conditions(key -> 1, key -> shared.merge(key, 1, Integer::sum));
    rules.forEach(counting::of);
    Conditions conditions = new Conditions(key -> shared.getOrDefault(key, 1), key -> {});
    this.always = new long[(rules.size() + 63) >> 6];
    Builders builders = new Builders();
    for (int id = 0; id < rules.size(); id++) {
      List<Key> keys = conditions.of(rules.get(id));
      if (keys == null) {
        always[id >> 6] |= 1L << id;
      } else {
        for (Key key : keys) {
          builders.add(key, id);
        }
      }
    }
    builders.texts.forEach((fact, texts) -> this.texts.put(fact, texts.build()));
    builders.addresses.forEach((side, ranges) -> addresses.put(side, ranges.build()));
    builders.ports.forEach(
        (port, ids) -> ports.put(port, ids.stream().mapToInt(Integer::intValue).toArray()));
    this.templates = builders.templated ? builders.templates.build() : null;
    this.paths = texts.get(new Fact.Path());
    this.peers = texts.get(new Fact.Peer());
    this.serverNames = texts.get(new Fact.ServerName());
    this.headers = entries(Fact.Header.class);
    this.said = entries(Fact.Said.class);
  }

  private record Of<F>(F fact, TextIndex index) {}

  private <F extends Fact> List<Of<F>> entries(Class<F> type) {
    return texts.entrySet().stream()
        .filter(entry -> type.isInstance(entry.getKey()))
        .map(entry -> new Of<>(type.cast(entry.getKey()), entry.getValue()))
        .toList();
  }

  private static final class Builders {
    private final Map<Fact, TextIndex.Builder> texts = new HashMap<>();
    private final Map<Key.Side, AddressIndex.Builder> addresses = new HashMap<>();
    private final Map<Integer, List<Integer>> ports = new HashMap<>();
    private final TemplateIndex.Builder templates = new TemplateIndex.Builder();
    private boolean templated;

    void add(Key key, int id) {
      switch (key) {
        case Key.Text(Fact fact, var part, String text) ->
            texts.computeIfAbsent(fact, _ -> new TextIndex.Builder()).add(part, text, id);
        case Key.Template(var template) -> {
          templated = true;
          templates.add(template, id);
        }
        case Key.Range(var side, var range) ->
            addresses.computeIfAbsent(side, _ -> new AddressIndex.Builder()).add(range, id);
        case Key.Port(int port) -> ports.computeIfAbsent(port, _ -> new ArrayList<>()).add(id);
      }
    }
  }

  /** The numbers of rules that could match, as bits. */
  long[] find(Evaluation evaluation) {
    long[] found = always.clone();
    String path = paths == null && templates == null ? null : evaluation.path();
    if (path != null && paths != null) {
      paths.find(path, found);
    }
    if (path != null && templates != null) {
      templates.find(path, found);
    }
    for (int i = 0; i < headers.size(); i++) {
      String value = evaluation.headers().get(headers.get(i).fact.name());
      if (value != null) {
        headers.get(i).index.find(value, found);
      }
    }
    for (int i = 0; i < said.size(); i++) {
      said(evaluation, said.get(i).fact, said.get(i).index, found);
    }
    connection(evaluation.connection(), found);
    return found;
  }

  private static void said(Evaluation evaluation, Fact.Said fact, TextIndex index, long[] found) {
    Object value = MetadataMatcher.find(evaluation.metadata().get(fact.filter()), fact.path());
    if (value instanceof String text) {
      index.find(text, found);
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) instanceof String text) {
          index.find(text, found);
        }
      }
    }
  }

  private void connection(Connection connection, long[] found) {
    Connection.Peer peer = connection.peer();
    if (peers != null && peer != null) {
      for (int i = 0; i < peer.uris().size(); i++) {
        peers.find(peer.uris().get(i), found);
      }
      for (int i = 0; i < peer.dnsNames().size(); i++) {
        peers.find(peer.dnsNames().get(i), found);
      }
      peers.find(peer.subject(), found);
    }
    if (serverNames != null) {
      serverNames.find(connection.serverName(), found);
    }
    if (!ports.isEmpty()) {
      for (int id : ports.getOrDefault(connection.destinationPort(), NONE)) {
        found[id >> 6] |= 1L << id;
      }
    }
    addresses.forEach((side, index) ->
        index.find(
            switch (side) {
              case SOURCE -> connection.source();
              case DIRECT -> connection.direct();
              case REMOTE -> connection.remote();
              case DESTINATION -> connection.destination();
            },
            found));
  }
}
