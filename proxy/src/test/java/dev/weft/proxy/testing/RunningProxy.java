package dev.weft.proxy.testing;

import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.listener.Refusal;
import dev.weft.proxy.transport.Transport;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.worker.WorkerSettings;
import dev.weft.proxy.worker.WorkerState;
import dev.weft.proxy.worker.Workers;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Workers on real sockets; by default every request goes to one host. */
public final class RunningProxy implements AutoCloseable {
  private final Workers workers;
  private final PassThrough.Log log;
  private final List<Refusal> refusals = new CopyOnWriteArrayList<>();

  public RunningProxy(int count, Supplier<HostTarget> target) {
    this(
        new WorkerSettings(count, Transport.best(), Duration.ofSeconds(20), Duration.ofSeconds(4)),
        target);
  }

  public RunningProxy(WorkerSettings settings, Supplier<HostTarget> target) {
    this(settings, target, new ScriptedService());
  }

  /**
   * With somebody to ask about connections.
   *
   * @param service answers when the test says so
   */
  public RunningProxy(
      WorkerSettings settings, Supplier<HostTarget> target, ScriptedService service) {
    this.log = new PassThrough.Log();
    WorkerState.Factory factory = PassThrough.to(target, log, service);
    this.workers =
        new Workers(
            settings, factory, refused -> refusals.add(refused.reason()), InstantSource.system());
  }

  public Workers workers() {
    return workers;
  }

  public PassThrough.Log log() {
    return log;
  }

  public List<Refusal> refusals() {
    return refusals;
  }

  /** Publishes and waits until the listeners of the snapshot serve. */
  public RunningProxy serve(Snapshot snapshot) {
    workers.publish(snapshot);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> workers.serving().keySet().containsAll(snapshot.listeners().keySet()));
    return this;
  }

  /** The port of a listener that serves. */
  public int port(String listener) {
    return HostPort.parse(workers.serving().get(listener)).port();
  }

  /** Connects to the listener "main". */
  public RawClient connect() throws IOException {
    return RawClient.to(port("main"));
  }

  @Override
  public void close() {
    workers.close().toCompletableFuture().join();
  }
}
