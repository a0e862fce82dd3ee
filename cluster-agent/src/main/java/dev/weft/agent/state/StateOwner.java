package dev.weft.agent.state;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns the state: takes deltas in the order of their submission, folds them,
 * and publishes. A delta that arrives while nothing happens is published at once; while many
 * arrive, at most one state is published per {@value #COALESCE_MILLIS} ms, so a reader's work is
 * bounded however fast the writers are.
 *
 * <p>Thread-safe: everything from outside goes through the queue, everything below runs on the
 * thread {@code weft-state}.
 */
public final class StateOwner implements StateReader, StateWriter, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(StateOwner.class);
  private static final long COALESCE_MILLIS = 5;

  private final Fold fold;
  private final LongSupplier monotonicMillis;
  private final LinkedBlockingQueue<Command> queue = new LinkedBlockingQueue<>();
  private final Set<Consumer<MeshState>> listeners = new LinkedHashSet<>();
  private final Thread thread;
  private volatile MeshState current;

  private sealed interface Command {
    record Apply(Delta delta) implements Command {}

    record Subscribe(Consumer<MeshState> listener) implements Command {}

    record Unsubscribe(Consumer<MeshState> listener) implements Command {}

    record Settle(CompletableFuture<MeshState> done) implements Command {}

    record Stop() implements Command {}
  }

  /**
   * Starts the owner.
   *
   * @param staleAfter silence after which a peer's health is unknown
   * @param nodeHold how long a node's announcement outlives its last stream
   * @param monotonicMillis a clock that never jumps, in milliseconds of real time
   */
  public StateOwner(
      MeshState.Local local, Duration staleAfter, Duration nodeHold, LongSupplier monotonicMillis) {
    this.fold = new Fold(local, staleAfter.toMillis(), nodeHold.toMillis());
    this.monotonicMillis = monotonicMillis;
    this.current = fold.snapshot(0);
    this.thread = Thread.ofPlatform().name("weft-state").daemon().unstarted(this::run);
    thread.start();
  }

  @Override
  public MeshState current() {
    return current;
  }

  @Override
  public void submit(Delta delta) {
    queue.add(new Command.Apply(delta));
  }

  @Override
  public AutoCloseable subscribe(Consumer<MeshState> listener) {
    // A listener of our own per call: the same consumer may be subscribed twice.
    Consumer<MeshState> registered = state -> listener.accept(state);
    queue.add(new Command.Subscribe(registered));
    return () -> queue.add(new Command.Unsubscribe(registered));
  }

  /**
   * Completes, on the owner's thread, with a published state that holds every delta submitted
   * before this call.
   */
  public CompletionStage<MeshState> settle() {
    CompletableFuture<MeshState> done = new CompletableFuture<>();
    queue.add(new Command.Settle(done));
    return done;
  }

  /** Ends the thread after what was submitted before; waits for it at most a second. */
  @Override
  public void close() {
    queue.add(new Command.Stop());
    try {
      thread.join(Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean dirty = false;
    long published = monotonicMillis.getAsLong() - COALESCE_MILLIS;
    while (true) {
      long now = monotonicMillis.getAsLong();
      dirty |= fold.advance(now);
      // Whoever is in the queue already belongs to the state about to be published.
      Command command = queue.poll();
      if (command == null) {
        if (dirty && now - published >= COALESCE_MILLIS) {
          publish();
          dirty = false;
          published = monotonicMillis.getAsLong();
          continue;
        }
        long wake =
            dirty
                ? Math.min(published + COALESCE_MILLIS, fold.nextDeadline())
                : fold.nextDeadline();
        command = await(wake == Fold.NEVER ? Fold.NEVER : Math.max(1, wake - now));
      } else if (dirty && now - published >= 2 * COALESCE_MILLIS) {
        // Writers that never pause must not starve the readers.
        publish();
        dirty = false;
        published = now;
      }
      switch (command) {
        case null -> {}
        case Command.Apply apply -> dirty |= apply(apply.delta());
        case Command.Subscribe subscribe -> {
          listeners.add(subscribe.listener());
          call(subscribe.listener(), current);
        }
        case Command.Unsubscribe unsubscribe -> listeners.remove(unsubscribe.listener());
        case Command.Settle settle -> {
          if (dirty) {
            publish();
            dirty = false;
            published = monotonicMillis.getAsLong();
          }
          settle.done().complete(current);
        }
        case Command.Stop ignored -> {
          if (dirty) {
            publish();
          }
          return;
        }
      }
    }
  }

  private @Nullable Command await(long millis) {
    try {
      return millis == Fold.NEVER ? queue.take() : queue.poll(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Only close() ends this thread; an interrupt by anybody else is not meant for it.
      return null;
    }
  }

  private boolean apply(Delta delta) {
    try {
      return fold.apply(delta, monotonicMillis.getAsLong());
    } catch (RuntimeException e) {
      LOG.errorf(
          e, "bug: a %s could not be folded and is left out", delta.getClass().getSimpleName());
      return false;
    }
  }

  private void publish() {
    current = fold.snapshot(current.version() + 1);
    for (Consumer<MeshState> listener : Set.copyOf(listeners)) {
      call(listener, current);
    }
  }

  private static void call(Consumer<MeshState> listener, MeshState state) {
    try {
      listener.accept(state);
    } catch (RuntimeException e) {
      LOG.errorf(e, "bug: a listener failed on state %d", state.version());
    }
  }
}
