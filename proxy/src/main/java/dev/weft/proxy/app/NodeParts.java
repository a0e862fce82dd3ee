package dev.weft.proxy.app;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.worker.WorkerState;
import io.grpc.Channel;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.LongSupplier;

/** What a kind of node adds to the data plane that all nodes share. */
public interface NodeParts extends AutoCloseable {
  /** A sidecar adds nothing. */
  NodeParts NONE =
      new NodeParts() {
        @Override
        public WorkerState.Factory workers(WorkerState.Factory traffic, Context context) {
          return traffic;
        }

        @Override
        public void close() {}
      };

  /**
   * What there is to build on.
   *
   * @param agent calls on it go to one of the agents with the node's certificate, to the next one
   *     when one does not answer
   * @param nanoTime monotonic
   */
  record Context(
      Bootstrap bootstrap, Channel agent, MeterRegistry registry, LongSupplier nanoTime) {}

  /**
   * What makes the state of each worker. Called once, before the workers start.
   *
   * @param traffic the routers
   */
  WorkerState.Factory workers(WorkerState.Factory traffic, Context context);

  /** The node ends; the workers have. */
  @Override
  void close();
}
