package dev.weft.gateway.probe;

import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.failure.Failure;
import java.time.Duration;

/** How a probe ended. */
public record ProbeResult(String cluster, HostPort address, Outcome outcome) {

  /** An answer or none. */
  public sealed interface Outcome {
    /**
     * The peer's gateway answered.
     *
     * @param roundTrip from the request's head to the answer's, without dialling
     */
    record Reachable(Duration roundTrip) implements Outcome {}

    /** It did not, or not as a gateway does. */
    record Unreachable(Failure failure) implements Outcome {}
  }
}
