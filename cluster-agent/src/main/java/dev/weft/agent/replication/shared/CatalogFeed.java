package dev.weft.agent.replication.shared;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * From the replicated catalog to the state. Keys are {@code <namespace>/<service>}. What another
 * replica wrote before this one came counts as remembered until it is confirmed: how old it is
 * cannot be told. Thread-safe: stateless.
 */
final class CatalogFeed implements VersionedFeed.Sink {

  private final StateWriter state;
  private final LongSupplier monotonicMillis;
  private final String self;

  CatalogFeed(StateWriter state, LongSupplier monotonicMillis, String self) {
    this.state = state;
    this.monotonicMillis = monotonicMillis;
    this.self = self;
  }

  static String key(ServiceKey service) {
    return service.namespace() + "/" + service.name();
  }

  @Override
  public void put(String key, String writer, JsonNode content, boolean remembered) {
    ServiceKey service = service(key);
    List<Instance> instances = CatalogForm.read(service, content, monotonicMillis.getAsLong());
    state.submit(
        new Delta.ServiceInstances(
            service,
            remembered && !writer.equals(self) ? CatalogForm.restored(instances) : instances));
  }

  @Override
  public void gone(String key) {
    state.submit(new Delta.ServiceInstances(service(key), List.of()));
  }

  private static ServiceKey service(String key) {
    int slash = key.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("its key has no namespace");
    }
    return new ServiceKey(key.substring(0, slash), key.substring(slash + 1));
  }
}
