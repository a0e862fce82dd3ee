package dev.weft.gateway.probe;

/** Is told each result, on the event loop that probed; must not block. */
@FunctionalInterface
public interface ProbeSink {
  void onResult(ProbeResult result);
}
