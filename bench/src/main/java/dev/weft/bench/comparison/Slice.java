package dev.weft.bench.comparison;

import dev.weft.bench.load.LoadResult;

/**
 * One peer under load once.
 *
 * @param load what the load generator counted
 * @param cpuNanos user and system time of the peer's processes
 * @param residentKib their resident memory at the end
 * @param foreign the larger of both processors' shares that others used, 0 to 1
 */
record Slice(LoadResult load, long cpuNanos, long residentKib, double foreign) {
  /** Microseconds of processor time per request. */
  double cpuMicros() {
    return cpuNanos / 1e3 / Math.max(1, load.requests());
  }

  /** Requests per second. */
  double rate() {
    return load.requests() / load.seconds();
  }

  /** MB (10⁶ bytes) of bodies per second of processor time. */
  double megabytesPerCpuSecond(long bytes) {
    return load.requests() * (double) bytes / 1e6 / (cpuNanos / 1e9);
  }

  /** The mode's main figure. */
  double figure(Mode mode) {
    return switch (mode.figure()) {
      case CPU -> cpuMicros();
      case BYTES -> megabytesPerCpuSecond(mode.bytes());
    };
  }
}
