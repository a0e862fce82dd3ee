package dev.weft.bench.comparison;

import dev.weft.bench.load.Load;
import dev.weft.bench.load.LoadResult;
import dev.weft.bench.machine.Child;
import dev.weft.bench.machine.Cores;
import dev.weft.bench.machine.ProcFiles;
import dev.weft.bench.peer.Fleet;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Takes slices, and knows which of the machine's work is the benchmark's own. */
final class Measurement {
  private final Cores cores;
  private final Child backend;
  private final Collection<Fleet> fleets;

  /**
   * @param fleets all that run, not only those that are under load
   */
  Measurement(Cores cores, Child backend, Collection<Fleet> fleets) {
    this.cores = cores;
    this.backend = backend;
    this.fleets = List.copyOf(fleets);
  }

  /** Loads one of them. */
  Slice take(Fleet fleet, Load load, int seconds) throws IOException {
    long begin = System.nanoTime();
    long proxyCore = ProcFiles.processorNanos(cores.proxy());
    long loadCore = ProcFiles.processorNanos(cores.load());
    long proxies = proxiesNanos();
    long rest = restNanos();
    long cpu = fleet.cpuNanos();
    LoadResult result = load.run(fleet.port(), seconds);
    cpu = fleet.cpuNanos() - cpu;
    proxies = proxiesNanos() - proxies;
    rest = restNanos() - rest;
    proxyCore = ProcFiles.processorNanos(cores.proxy()) - proxyCore;
    loadCore = ProcFiles.processorNanos(cores.load()) - loadCore;
    double elapsed = System.nanoTime() - begin;
    double foreign = Math.max(proxyCore - proxies, loadCore - rest) / elapsed;
    return new Slice(result, cpu, fleet.residentKib(), Math.max(0, foreign));
  }

  private long proxiesNanos() throws IOException {
    long nanos = 0;
    for (Fleet fleet : fleets) {
      nanos += fleet.cpuNanos();
    }
    return nanos;
  }

  private long restNanos() throws IOException {
    return ProcFiles.cpuNanos(backend.pid())
        + ProcFiles.ownNanos()
        + ProcFiles.endedChildrenNanos();
  }
}
