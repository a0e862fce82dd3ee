package dev.weft.proxy.worker;

import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.Scratch;
import dev.weft.proxy.lifecycle.TrafficPlane;
import dev.weft.proxy.listener.ListenerContext;
import dev.weft.proxy.listener.ListenerSet;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.tls.TlsHandlers;
import dev.weft.proxy.tls.TlsMaterial;
import dev.weft.proxy.transport.PortReservation;
import dev.weft.proxy.upstream.pool.Pools;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * All workers of the process. Thread-safe; a publication is handed to each worker as one task on
 * its loop, in the order of publication.
 */
public final class Workers implements TrafficPlane {
  private static final Logger LOG = Logger.getLogger(Workers.class);

  private final EventLoopGroup loops;
  private final TlsHandlers tls;
  private final ServingBoard board;
  private final List<Slot> slots = new ArrayList<>();
  private final Map<String, PortReservation> reservations = new HashMap<>();

  /** A worker and its loop; the worker is there with the loop's first task. */
  private static final class Slot {
    private final EventLoop loop;
    private final CompletableFuture<Worker> worker = new CompletableFuture<>();

    Slot(EventLoop loop) {
      this.loop = loop;
    }

    void run(Consumer<Worker> task) {
      // Tasks of a loop run in order, and the first makes the worker.
      loop.execute(() -> task.accept(worker.join()));
    }
  }

  /**
   * Starts the workers, which serve nothing before the first snapshot.
   *
   * @param clock for the validity of certificates
   */
  public Workers(
      WorkerSettings settings,
      WorkerState.Factory states,
      Refusal.Sink refusals,
      InstantSource clock) {
    this.loops =
        settings.transport().loops(settings.workers(), new DefaultThreadFactory("weft-worker"));
    this.tls = new TlsHandlers(clock);
    this.board = new ServingBoard(settings.workers());
    AtomicLong ids = new AtomicLong();
    int index = 0;
    for (EventExecutor executor : loops) {
      Slot slot = new Slot((EventLoop) executor);
      slots.add(slot);
      int number = index++;
      slot.loop.execute(() -> {
        try {
          slot.worker.complete(create(settings, states, refusals, ids, slot.loop, number));
        } catch (RuntimeException e) {
          slot.worker.completeExceptionally(e);
        }
      });
    }
  }

  private Worker create(
      WorkerSettings settings,
      WorkerState.Factory states,
      Refusal.Sink refusals,
      AtomicLong ids,
      EventLoop loop,
      int index) {
    Scratch scratch = new Scratch();
    Pools pools = new Pools(loop, settings.transport(), tls, settings.h1Idle(), scratch, refusals);
    WorkerState state = states.create(new WorkerContext(index, settings.workers(), loop, pools));
    ListenerContext context =
        new ListenerContext(
            loop,
            settings.transport(),
            state.acceptor(),
            state.tcpHosts(),
            state.checks(),
            state.connectionLog(),
            tls,
            refusals,
            ids::incrementAndGet,
            settings.drainTime(),
            scratch,
            new H1Writer(scratch));
    return new Worker(loop, state, new ListenerSet(context, board));
  }

  @Override
  public CompletionStage<Void> publish(Snapshot snapshot) {
    tls.trust(snapshot.validation());
    Map<String, HostPort> addresses = settle(snapshot.listeners());
    List<CompletableFuture<Void>> applied = new ArrayList<>();
    for (Slot slot : slots) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      applied.add(done);
      slot.run(worker -> {
        try {
          worker.apply(snapshot, addresses);
        } finally {
          // A port is bound by a task of the same loop: this one comes after it.
          slot.loop.execute(() -> done.complete(null));
        }
      });
    }
    return CompletableFuture.allOf(applied.toArray(CompletableFuture[]::new));
  }

  @Override
  public void publish(TlsMaterial material) {
    tls.material(material);
    slots.forEach(slot -> slot.run(Worker::warm));
  }

  /** Gives each listener with port 0 one port, the same for all workers and every update. */
  private synchronized Map<String, HostPort> settle(Map<String, ListenerConfig> listeners) {
    Map<String, HostPort> settled = new HashMap<>();
    listeners.forEach((name, config) -> {
      if (config.address().port() != 0) {
        settled.put(name, config.address());
        return;
      }
      try {
        PortReservation reservation = reservations.get(name);
        if (reservation == null) {
          reservation = PortReservation.of(config.address());
          reservations.put(name, reservation);
        }
        settled.put(name, reservation.address());
      } catch (IOException e) {
        LOG.errorf("listener=%s %s", name, e.getMessage());
      }
    });
    return settled;
  }

  @Override
  public Map<String, String> serving() {
    return board.serving();
  }

  @Override
  public CompletionStage<Void> drain(Duration limit) {
    List<CompletableFuture<Void>> told = new ArrayList<>();
    for (Slot slot : slots) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      told.add(done);
      slot.run(worker -> {
        worker.drain(limit);
        done.complete(null);
      });
    }
    return CompletableFuture.allOf(told.toArray(CompletableFuture[]::new))
        .thenCompose(all -> board.whenEmpty());
  }

  @Override
  public CompletionStage<Void> close() {
    slots.forEach(slot -> slot.run(Worker::close));
    closeReservations();
    CompletableFuture<Void> ended = new CompletableFuture<>();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).addListener(done -> ended.complete(null));
    return ended;
  }

  private synchronized void closeReservations() {
    for (PortReservation reservation : reservations.values()) {
      try {
        reservation.close();
      } catch (IOException e) {
        LOG.debugf("closing a reserved port: %s", e.getMessage());
      }
    }
    reservations.clear();
  }
}
