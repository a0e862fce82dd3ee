package dev.weft.agent.catalog.registry;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Runs tasks of one id one after the other, those of different ids beside each other. */
final class Turns {
  private final Executor executor;
  private final int limit;
  private final Map<String, Queue<Runnable>> queues = new HashMap<>();
  private int waiting;

  /**
   * @param limit tasks that wait or run at most, of all ids
   */
  Turns(Executor executor, int limit) {
    this.executor = executor;
    this.limit = limit;
  }

  /**
   * Runs the task, which must not throw, when those of its id before it are done.
   *
   * @param force whether it is taken beyond the limit
   * @return false when too many wait
   */
  boolean run(String id, boolean force, Runnable task) {
    synchronized (queues) {
      if (waiting >= limit && !force) {
        return false;
      }
      waiting++;
      Queue<Runnable> queue = queues.get(id);
      if (queue != null) {
        queue.add(task);
        return true;
      }
      Queue<Runnable> first = new ArrayDeque<>();
      first.add(task);
      queues.put(id, first);
    }
    executor.execute(() -> drain(id));
    return true;
  }

  private void drain(String id) {
    while (true) {
      Runnable task;
      synchronized (queues) {
        Queue<Runnable> queue = queues.get(id);
        task = queue == null ? null : queue.poll();
        if (task == null) {
          queues.remove(id);
          return;
        }
      }
      try {
        task.run();
      } finally {
        synchronized (queues) {
          waiting--;
        }
      }
    }
  }
}
