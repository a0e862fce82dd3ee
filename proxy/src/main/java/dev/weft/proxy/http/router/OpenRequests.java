package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HttpConnectionManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The requests of a worker that are under way, from their filters to their end. */
@LoopConfined
final class OpenRequests {
  private @Nullable Entry first;

  /** A place in the list. A request that is in none says so by itself. */
  static final class Entry {
    private final FilterRun run;
    private @Nullable Entry before;
    private @Nullable Entry after;

    private Entry(FilterRun run) {
      this.run = run;
    }
  }

  /** A request begins; it has to be taken out with what is returned. */
  Entry add(FilterRun run) {
    Entry entry = new Entry(run);
    entry.after = first;
    if (first != null) {
      first.before = entry;
    }
    first = entry;
    return entry;
  }

  /** It has ended. Called once. */
  void remove(Entry entry) {
    Entry before = entry.before;
    Entry after = entry.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after != null) {
      after.before = before;
    }
  }

  /** Ends those that what counts by now for their connection does not allow. */
  void recheck(Map<Long, HttpConnectionManager> now) {
    List<FilterRun> all = new ArrayList<>();
    for (Entry entry = first; entry != null; entry = entry.after) {
      all.add(entry.run);
    }
    for (FilterRun run : all) {
      HttpConnectionManager manager = now.get(run.connection().id());
      if (manager != null) {
        run.recheck(manager);
      }
    }
  }
}
