package dev.weft.agent.state;

import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ExternalServices;
import dev.weft.agent.model.ServiceKey;
import java.util.List;
import java.util.Map;

/**
 * The servers outside of the mesh while they are being folded; seen from outside as one object that
 * stays the same while nothing changed. Confined to the state's owner.
 */
final class ExternalSlices {
  private final Slice<ServiceKey, ExternalService> all = new Slice<>();
  private final Slice<String, List<String>> addresses = new Slice<>();
  private ExternalServices view = ExternalServices.NONE;

  boolean put(ExternalService service) {
    return changed(all.put(service.key(), service));
  }

  boolean remove(ServiceKey service) {
    return changed(all.remove(service));
  }

  boolean resolved(Map<String, List<String>> now) {
    boolean changed = addresses.retain(now.keySet());
    for (Map.Entry<String, List<String>> entry : now.entrySet()) {
      changed |= addresses.put(entry.getKey(), List.copyOf(entry.getValue()));
    }
    return changed(changed);
  }

  /** The content now. */
  ExternalServices view() {
    return view;
  }

  private boolean changed(boolean changed) {
    if (changed) {
      view = new ExternalServices(all.view(), addresses.view());
    }
    return changed;
  }
}
