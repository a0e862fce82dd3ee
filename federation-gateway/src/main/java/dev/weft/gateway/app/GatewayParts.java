package dev.weft.gateway.app;

import dev.weft.gateway.probe.ProbingWorkers;
import dev.weft.gateway.telemetry.ProbeMetrics;
import dev.weft.gateway.telemetry.ProbeReporter;
import dev.weft.proxy.app.NodeParts;
import dev.weft.proxy.worker.WorkerState;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway has beside the data plane: probes of the peers' gateways, told to the agent. One
 * for each node; used by the thread that starts and ends the node.
 */
final class GatewayParts implements NodeParts {

  private @Nullable ProbeReporter reporter;

  @Override
  public WorkerState.Factory workers(WorkerState.Factory traffic, Context context) {
    ProbeReporter told = new ProbeReporter(context.agent(), context.nanoTime());
    reporter = told;
    return new ProbingWorkers(
        traffic, context.nanoTime(), new ProbeMetrics(context.registry(), told));
  }

  @Override
  public void close() {
    if (reporter != null) {
      reporter.close();
    }
  }
}
