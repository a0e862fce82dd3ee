package dev.weft.agent.external;

import dev.weft.agent.model.Address;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.watch.HostNames;
import dev.weft.agent.watch.NameCache;
import dev.weft.agent.watch.Poller;
import dev.weft.policy.document.HostLiteral;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the host names of external services, since an endpoint has no name to look up; one that
 * resolves to nothing any more keeps what it had. Owned by the thread {@code weft-external}; {@link
 * #accept} is called on the state's thread and never blocks, {@link #problems} is thread-safe.
 */
public final class ExternalNames implements Consumer<MeshState>, AutoCloseable {

  private final StateWriter writer;
  private final NameCache names;
  private final Poller poller;
  private Map<String, List<String>> told = Map.of();

  /** By host name, who is there. */
  private volatile Map<String, String> wanted = Map.of();

  /** What was looked at last; of whoever calls {@link #accept}. */
  private @Nullable Object seen;

  /**
   * Begins with the names of a state, and waits up to 3 s for their addresses, on the calling
   * thread.
   *
   * @param interval between looks at what there is to look up
   * @param monotonicMillis a clock that never goes back
   */
  public ExternalNames(
      MeshState state,
      StateWriter writer,
      Duration interval,
      HostNames names,
      LongSupplier monotonicMillis) {
    this.writer = writer;
    this.names = new NameCache(names, monotonicMillis);
    accept(state);
    wanted.keySet().forEach(this.names::of);
    this.names.awaitFirst();
    poller = new Poller("weft-external", interval, this::look);
  }

  @Override
  // The state keeps the object while nothing in it changes.
  @SuppressWarnings("ReferenceEquality")
  public void accept(MeshState state) {
    if (seen == state.externals()) {
      return;
    }
    seen = state.externals();
    Map<String, String> hosts = new TreeMap<>();
    state
        .externals()
        .all()
        .forEach((key, service) -> {
          Address address = service.address();
          if (!HostLiteral.is(address.host())) {
            hosts.merge(
                address.host(),
                key.toString(),
                (one, other) -> one.compareTo(other) < 0 ? one : other);
          }
        });
    wanted = hosts;
  }

  /** Which names have no addresses, or none that are new, and why; empty: all have. */
  public List<String> problems() {
    return poller.problems();
  }

  @Override
  public void close() {
    poller.close();
  }

  private List<String> look() {
    Map<String, String> hosts = wanted;
    names.keepOnly(hosts.keySet());
    Map<String, List<String>> now = new TreeMap<>();
    List<String> found = new ArrayList<>();
    hosts.forEach((host, service) -> {
      NameCache.Answer answer = names.of(host);
      if (!answer.addresses().isEmpty()) {
        now.put(host, answer.addresses());
      }
      answer.trouble("external service " + service + " at " + host).ifPresent(found::add);
    });
    if (!now.equals(told)) {
      told = now;
      writer.submit(new Delta.ExternalResolved(now));
    }
    return found;
  }
}
