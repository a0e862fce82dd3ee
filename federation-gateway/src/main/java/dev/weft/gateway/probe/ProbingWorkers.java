package dev.weft.gateway.probe;

import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.filter.authz.AuthorizationChecks;
import dev.weft.proxy.tcp.TcpHosts;
import dev.weft.proxy.telemetry.ConnectionLog;
import dev.weft.proxy.worker.WorkerContext;
import dev.weft.proxy.worker.WorkerState;
import java.util.function.LongSupplier;

/**
 * Gives the first worker the probes beside what every worker has. Immutable; each product belongs
 * to its worker's loop.
 */
public final class ProbingWorkers implements WorkerState.Factory {

  private final WorkerState.Factory traffic;
  private final LongSupplier nanoTime;
  private final ProbeSink sink;

  /**
   * Adds probes to the state of the workers.
   *
   * @param traffic what makes the workers' state otherwise
   * @param nanoTime a monotonic clock
   * @param sink is told each result
   */
  public ProbingWorkers(WorkerState.Factory traffic, LongSupplier nanoTime, ProbeSink sink) {
    this.traffic = traffic;
    this.nanoTime = nanoTime;
    this.sink = sink;
  }

  @Override
  public WorkerState create(WorkerContext context) {
    WorkerState state = traffic.create(context);
    return context.index() > 0
        ? state
        : new Probing(state, new PeerProbes(context.loop(), context.pools(), nanoTime, sink));
  }

  private record Probing(WorkerState traffic, PeerProbes probes) implements WorkerState {
    @Override
    public DownstreamStream.Acceptor acceptor() {
      return traffic.acceptor();
    }

    @Override
    public TcpHosts tcpHosts() {
      return traffic.tcpHosts();
    }

    @Override
    public AuthorizationChecks checks() {
      return traffic.checks();
    }

    @Override
    public ConnectionLog connectionLog() {
      return traffic.connectionLog();
    }

    @Override
    public void onSnapshot(Snapshot snapshot) {
      traffic.onSnapshot(ProbeTarget.withoutChecks(snapshot));
      probes.onSnapshot(snapshot);
    }

    @Override
    public void close() {
      probes.close();
      traffic.close();
    }
  }
}
