package dev.weft.proxy.http.router;

import dev.weft.policy.svid.SvidFault;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.telemetry.AttemptResult;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import org.jspecify.annotations.Nullable;

/**
 * What a failed connect means.
 *
 * @param hostsFault whether it counts against the host
 * @param status stands for it where local failures are not told apart from answers
 * @param tlsReason label for a refused peer certificate; {@code null}: TLS had no part in it
 */
record ConnectTrouble(
    RetryState.Trouble trouble,
    Failure failure,
    AttemptResult result,
    boolean hostsFault,
    int status,
    @Nullable String tlsReason) {

  private static final SvidFault[] FAULTS = SvidFault.values();

  static ConnectTrouble of(ConnectFailure failure) {
    return switch (failure.kind()) {
      case REFUSED, UNREACHABLE, OTHER -> connect(AttemptResult.CONNECT_FAILURE, 503);
      case TIMEOUT -> connect(AttemptResult.CONNECT_TIMEOUT, 504);
      case TLS ->
          new ConnectTrouble(
              RetryState.Trouble.CONNECT,
              Failure.UPSTREAM_TLS,
              AttemptResult.TLS_FAILURE,
              true,
              503,
              tlsReason(failure.detail()));
      case OVERFLOW ->
          new ConnectTrouble(
              RetryState.Trouble.OVERFLOW,
              Failure.OVERFLOW,
              AttemptResult.OVERFLOW,
              false,
              503,
              null);
    };
  }

  private static ConnectTrouble connect(AttemptResult result, int status) {
    return new ConnectTrouble(
        RetryState.Trouble.CONNECT, Failure.CONNECT_FAILED, result, true, status, null);
  }

  /** A label of the closed set: the detail comes from a peer's certificate and is none. */
  private static String tlsReason(String detail) {
    for (SvidFault fault : FAULTS) {
      if (detail.contains(fault.label())) {
        return fault.label();
      }
    }
    return "handshake_failed";
  }
}
