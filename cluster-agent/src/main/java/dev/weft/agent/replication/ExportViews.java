package dev.weft.agent.replication;

import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Join;
import dev.weft.agent.state.MeshState;
import dev.weft.v1.ExportedService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@link ExportView} of one state after the other, with what it made for the last one kept: a
 * service is made anew when its instances changed, or which of them callers can reach. So a change
 * costs by what it changed and a look at each export. Ages of health are of when a service was
 * made. Confined to {@link FederationOrigin}.
 */
// Identity is the point: the state keeps an object for as long as nothing in it changed.
@SuppressWarnings("ReferenceEquality")
final class ExportViews {

  private final Map<ServiceKey, Made> made = new HashMap<>();
  private Map<String, Map<String, ExportedService>> views = Map.of();
  private @Nullable MeshState before;
  private @Nullable Join join;

  private record Made(
      Map<String, Instance> instances, List<Instance> reachable, ExportedService service) {}

  /**
   * The views of a state, as {@link ExportView#of} makes them. They are changed in place by the
   * next call.
   */
  Map<String, Map<String, ExportedService>> of(MeshState state, long now) {
    MeshState last = before;
    Join known = join;
    boolean sameJoin =
        last != null
            && last.nodes() == state.nodes()
            && last.enrolments() == state.enrolments()
            && last.served() == state.served();
    Join current = sameJoin && known != null ? known : Join.of(state);
    boolean sameExports =
        last != null && last.exports() == state.exports() && last.peers() == state.peers();
    if (!sameExports) {
      views = new HashMap<>();
      state.peers().keySet().forEach(consumer -> views.put(consumer, new TreeMap<>()));
      made.keySet().retainAll(state.exports().keySet());
    }
    for (ServiceExport export : state.exports().values()) {
      Map<String, Instance> instances = state.instances().getOrDefault(export.service(), Map.of());
      Made one = made.get(export.service());
      boolean unchanged = sameJoin && one != null && one.instances() == instances;
      if (sameExports && unchanged) {
        continue;
      }
      if (export.consumers().stream().noneMatch(views::containsKey)) {
        made.remove(export.service());
      } else {
        place(export, unchanged ? one : make(state, export.service(), instances, current, now));
      }
    }
    before = state;
    join = current;
    return views;
  }

  /** Makes a service, or finds that what was made of it still is what would be. */
  private @Nullable Made make(
      MeshState state, ServiceKey key, Map<String, Instance> instances, Join current, long now) {
    if (instances.isEmpty()) {
      made.remove(key);
      return null;
    }
    Made known = made.get(key);
    List<Instance> reachable = ExportView.reachable(instances, current);
    Made result =
        known != null && known.instances() == instances && known.reachable().equals(reachable)
            ? known
            : new Made(
                instances,
                reachable,
                ExportView.service(state.local(), key, instances, reachable, now));
    made.put(key, result);
    return result;
  }

  private void place(ServiceExport export, @Nullable Made one) {
    String key = ExportView.key(export.service());
    for (String consumer : export.consumers()) {
      Map<String, ExportedService> view = views.get(consumer);
      if (view != null && one == null) {
        view.remove(key);
      } else if (view != null && one != null) {
        view.put(key, one.service());
      }
    }
  }
}
