package dev.weft.agent.catalog.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The owner of registrations and checks. Thread-safe: changes are made under one lock, reads see an
 * immutable {@link Contents}. What clients ask for is durable first and visible then, so that
 * nothing is served that a crash takes back, and nothing whose write failed. A check's result is
 * visible at once and written soon afterwards, which loses no more than a status that the next run
 * gives again; one that only confirms what is known makes no new contents.
 */
final class Registry {
  /**
   * How long a new output of the same status is kept back from the catalog, as Consul does: a check
   * that answers with the time of day must not wake every client each second.
   */
  private static final long OUTPUT_HOLD_MILLIS = 300_000;

  private final RegistryFiles files;
  private final LongSupplier monotonicMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Consumer<Change>> listeners = new ArrayList<>();
  private volatile Contents contents;

  /**
   * A registry with what the files hold.
   *
   * @param monotonicMillis the agent's monotonic clock
   */
  Registry(RegistryFiles files, LongSupplier monotonicMillis) {
    this.files = files;
    this.monotonicMillis = monotonicMillis;
    this.contents = files.load(monotonicMillis.getAsLong());
  }

  Contents contents() {
    return contents;
  }

  /**
   * Calls the listener with each change from now on: after it is visible, in order, under the lock.
   * It must not block.
   */
  void listen(Consumer<Change> listener) {
    lock.lock();
    try {
      listeners.add(listener);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes a change. The future completes when it is durable and visible, and fails with {@link
   * RegistryError} or {@link java.io.IOException} when nothing was changed.
   */
  CompletableFuture<Void> change(Edit edit) {
    String id = edit.fileId();
    return files.inTurn(
        id,
        () -> {
          Contents planned = edit.apply(contents, monotonicMillis.getAsLong()).contents();
          files.write(id, planned);
          Draft.Result done = commit(edit);
          if (RegistryFiles.differ(id, planned, done.contents())) {
            files.saveSoon(id, this::contents);
          }
          done.moved().forEach(other -> files.saveSoon(other, this::contents));
        });
  }

  /** Removes a check of whoever owns it. */
  CompletableFuture<Void> deregisterCheck(String id) {
    String owner = contents.owners().get(id);
    if (owner == null) {
      throw RegistryError.unknownCheck(id);
    }
    return change(new Edit.DeregisterCheck(id, owner));
  }

  /** A result of a check; one that is gone is ignored. */
  void result(String checkId, CheckStatus status, String output) {
    lock.lock();
    try {
      Check before = contents.check(checkId);
      if (before == null) {
        return;
      }
      long now = monotonicMillis.getAsLong();
      boolean changed = before.status() != status || before.restored();
      boolean shown =
          !before.output().equals(output) && now - before.shownAtMillis() >= OUTPUT_HOLD_MILLIS;
      if (!changed && !shown) {
        before.latest().set(output, now);
        renewed(before);
        return;
      }
      Draft draft = new Draft(contents);
      replace(draft, before.after(status, output, draft.index(), now));
      publish(draft.finish());
      if (changed) {
        files.saveSoon(before.serviceId(), this::contents);
      }
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #result}, from a client: the time of a TTL check begins anew. */
  void report(Check check, CheckStatus status, String output) {
    lock.lock();
    try {
      result(check.id(), status, output);
      tell(new Change.CheckReported(check));
    } finally {
      lock.unlock();
    }
  }

  /** A run that leaves the status as it is, below its thresholds, and thereby confirms it. */
  void confirmed(String checkId) {
    Check check = contents.check(checkId);
    if (check == null) {
      return;
    }
    if (check.restored()) {
      result(checkId, check.status(), check.latest().output());
      return;
    }
    check.latest().renew(monotonicMillis.getAsLong());
    lock.lock();
    try {
      renewed(check);
    } finally {
      lock.unlock();
    }
  }

  private Draft.Result commit(Edit edit) {
    lock.lock();
    try {
      Draft.Result done = edit.apply(contents, monotonicMillis.getAsLong());
      publish(done);
      return done;
    } finally {
      lock.unlock();
    }
  }

  private static void replace(Draft draft, Check after) {
    if (after.serviceId().isEmpty()) {
      SortedMap<String, Check> checks = new TreeMap<>(draft.nodeChecks());
      checks.put(after.id(), after);
      draft.nodeChecks(checks);
      return;
    }
    @Nullable Entry entry = draft.entries().get(after.serviceId());
    if (entry != null) {
      draft.put(entry.withChecks(checks -> checks.put(after.id(), after)), false, true);
    }
  }

  private void renewed(Check check) {
    Entry entry = contents.entries().get(check.serviceId());
    tell(new Change.Renewed(entry == null ? "" : entry.name()));
  }

  private void publish(Draft.Result result) {
    contents = result.contents();
    files.reserve(result.contents().index());
    result.changes().forEach(this::tell);
  }

  private void tell(Change change) {
    listeners.forEach(listener -> listener.accept(change));
  }
}
