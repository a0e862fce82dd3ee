package dev.weft.proxy.upstream;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.Subsets;
import dev.weft.proxy.config.Subsets.Fallback;
import dev.weft.proxy.config.Subsets.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of an upstream by subset, as they were at one moment. A subset is put together when it
 * is asked for first; which are asked for is a matter of configuration, so that their number is
 * bounded.
 */
@LoopConfined
final class SubsetIndex {
  private final Subsets settings;
  private final List<List<Host>> byPriority;
  private final BiFunction<List<List<Host>>, @Nullable Priorities, Priorities> maker;
  private final Map<Map<String, String>, Priorities> before;
  private final Map<Map<String, String>, Priorities> made = new HashMap<>();

  /**
   * @param maker makes priorities of hosts and of what the same subset was before
   * @param old takes over the place in turn of each subset
   */
  SubsetIndex(
      Subsets settings,
      List<List<Host>> byPriority,
      BiFunction<List<List<Host>>, @Nullable Priorities, Priorities> maker,
      @Nullable SubsetIndex old) {
    this.settings = settings;
    this.byPriority = byPriority;
    this.maker = maker;
    this.before = old == null ? Map.of() : old.made;
  }

  /**
   * The hosts for a request.
   *
   * @param wanted metadata that its route asks for; empty: none
   * @return {@code null}: no host may take it
   */
  @Nullable Priorities find(Map<String, String> wanted, Priorities all) {
    Selector selector = settings.selector(wanted.keySet());
    if (selector != null) {
      Priorities subset = subset(wanted);
      if (subset != null) {
        return subset;
      }
    }
    Fallback fallback =
        selector == null || selector.fallback() == null ? settings.fallback() : selector.fallback();
    return switch (fallback) {
      case NO_FALLBACK -> null;
      case ANY_ENDPOINT -> all;
      case DEFAULT_SUBSET -> subset(settings.defaultSubset());
    };
  }

  private @Nullable Priorities subset(Map<String, String> values) {
    Priorities known = made.get(values);
    if (known == null) {
      known = maker.apply(hosts(values), before.get(values));
      made.put(values, known);
    }
    return known.empty() ? null : known;
  }

  private List<List<Host>> hosts(Map<String, String> values) {
    List<List<Host>> some = new ArrayList<>();
    for (List<Host> level : byPriority) {
      some.add(
          level.stream()
              .filter(host -> host.endpoint().labels().entrySet().containsAll(values.entrySet()))
              .toList());
    }
    return some;
  }
}
