package dev.weft.proxy.worker;

import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.listener.ListenerSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What all workers together have open: listeners that every worker serves, and connections.
 * Thread-safe by its monitor; touched when a listener or a connection comes or goes, never for a
 * request.
 */
final class ServingBoard implements ListenerSet.Observer {
  private final int workers;
  private final Map<String, Map<HostPort, Integer>> active = new HashMap<>();
  private long connections;
  private boolean ending;
  private final CompletableFuture<Void> empty = new CompletableFuture<>();

  ServingBoard(int workers) {
    this.workers = workers;
  }

  @Override
  public synchronized void onActive(String listener, HostPort address) {
    active.computeIfAbsent(listener, name -> new HashMap<>()).merge(address, 1, Integer::sum);
  }

  @Override
  public synchronized void onInactive(String listener, HostPort address) {
    active
        .getOrDefault(listener, new HashMap<>())
        .computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
  }

  @Override
  public synchronized void onConnectionOpened() {
    connections++;
  }

  @Override
  public synchronized void onConnectionClosed() {
    connections--;
    completeIfEmpty();
  }

  private void completeIfEmpty() {
    if (ending && connections == 0) {
      empty.complete(null);
    }
  }

  /** Completes when no connection is left; no new ones are expected. */
  synchronized CompletionStage<Void> whenEmpty() {
    ending = true;
    completeIfEmpty();
    return empty.minimalCompletionStage();
  }

  /** Listeners that every worker serves: name to address. */
  synchronized Map<String, String> serving() {
    Map<String, String> found = new TreeMap<>();
    active.forEach((name, addresses) ->
        addresses.forEach((address, count) -> {
          if (count == workers) {
            found.put(name, address.toString());
          }
        }));
    return found;
  }
}
