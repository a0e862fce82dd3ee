package dev.weft.agent.catalog.registry;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Clients that wait for a change of what they asked for. Owned by one Vert.x context. */
final class BlockingQueries {
  private static final int LIMIT = 10_000;

  private final Vertx vertx;
  private final Registry registry;
  private final Context context;
  private final Set<Waiting> waiting = new LinkedHashSet<>();

  BlockingQueries(Vertx vertx, Context context, Registry registry) {
    this.vertx = vertx;
    this.registry = registry;
    this.context = context;
    registry.listen(change -> context.runOnContext(nothing -> wake()));
  }

  /** Calls back when what was asked for is newer than the index, or the time is up. */
  void await(Query query, Reads reads, Consumer<Contents> answer, HttpServerResponse response) {
    context.runOnContext(nothing -> {
      if (reads.index(query, registry.contents()) != query.index() || waiting.size() >= LIMIT) {
        answer.accept(registry.contents());
        return;
      }
      Waiting entry = new Waiting(query, reads, answer);
      // Up to a sixteenth longer, as in Consul, so that clients that began together do not end
      // together.
      long wait =
          query.waitMillis()
              + Math.floorMod(System.identityHashCode(entry), query.waitMillis() / 16 + 1);
      entry.timer = vertx.setTimer(wait, id -> finish(entry));
      waiting.add(entry);
      response.closeHandler(closed -> {
        vertx.cancelTimer(entry.timer);
        waiting.remove(entry);
      });
    });
  }

  void close() {
    context.runOnContext(nothing -> List.copyOf(waiting).forEach(this::finish));
  }

  private void wake() {
    Contents contents = registry.contents();
    for (Waiting entry : List.copyOf(waiting)) {
      if (entry.reads.index(entry.query, contents) != entry.query.index()) {
        finish(entry);
      }
    }
  }

  private void finish(Waiting entry) {
    if (waiting.remove(entry)) {
      vertx.cancelTimer(entry.timer);
      entry.answer.accept(registry.contents());
    }
  }

  /** One client. Not a record: told apart by identity. */
  private static final class Waiting {
    private final Query query;
    private final Reads reads;
    private final Consumer<Contents> answer;
    private long timer = -1;

    Waiting(Query query, Reads reads, Consumer<Contents> answer) {
      this.query = query;
      this.reads = reads;
      this.answer = answer;
    }
  }
}
