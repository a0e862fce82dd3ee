package dev.weft.proxy.listener;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.ListenerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The listeners of one worker, as the last snapshot says, and those that still drain. */
@LoopConfined
public final class ListenerSet {
  private final ListenerContext context;
  private final Observer observer;
  private final Refusals refusals;
  private final Map<String, WorkerListener> current = new HashMap<>();
  private final List<WorkerListener> leaving = new ArrayList<>();

  public ListenerSet(ListenerContext context, Observer observer) {
    this.context = context;
    this.observer = observer;
    this.refusals = new Refusals(context.refusals());
  }

  /** Told what becomes of the listeners; called on the loop. */
  public interface Observer {
    void onActive(String listener, HostPort address);

    void onInactive(String listener, HostPort address);

    void onConnectionOpened();

    void onConnectionClosed();
  }

  /**
   * Takes a new set over.
   *
   * @param addresses what each listener binds: its address with the port settled
   */
  public void update(Map<String, ListenerConfig> listeners, Map<String, HostPort> addresses) {
    update(listeners, addresses, context.drainTime());
  }

  private void update(
      Map<String, ListenerConfig> listeners, Map<String, HostPort> addresses, Duration limit) {
    Iterator<Map.Entry<String, WorkerListener>> existing = current.entrySet().iterator();
    while (existing.hasNext()) {
      Map.Entry<String, WorkerListener> entry = existing.next();
      boolean stays =
          listeners.containsKey(entry.getKey())
              && entry.getValue().address().equals(addresses.get(entry.getKey()));
      if (!stays) {
        existing.remove();
        entry.getValue().remove(limit);
        leaving.add(entry.getValue());
      }
    }
    listeners.forEach((name, config) -> {
      WorkerListener listener = current.get(name);
      HostPort address = addresses.get(name);
      if (listener != null) {
        listener.update(config);
      } else if (address != null) {
        WorkerListener created = new WorkerListener(config, address, context, refusals, observer);
        current.put(name, created);
      }
    });
    // A listener that did not change may have waited for a bundle that is here now.
    warm();
    current.values().forEach(WorkerListener::checkPeers);
    leaving.removeIf(listener -> listener.connections() == 0);
  }

  /** Certificates or bundles have come: listeners that waited for them may bind. */
  public void warm() {
    current.values().forEach(WorkerListener::warm);
  }

  /** Stops accepting; connections end politely, and at the limit at once. */
  public void drain(Duration limit) {
    update(Map.of(), Map.of(), limit);
  }

  /** Closes everything at once. */
  public void close() {
    current.values().forEach(WorkerListener::close);
    leaving.forEach(WorkerListener::close);
  }
}
