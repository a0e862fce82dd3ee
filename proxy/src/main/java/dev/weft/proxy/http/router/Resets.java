package dev.weft.proxy.http.router;

import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.ResetReason;

/** What an upstream reset before the response means. Pure. */
final class Resets {
  private Resets() {}

  static RetryState.Trouble trouble(ResetReason reason, boolean requestSent) {
    if (requestSent) {
      return RetryState.Trouble.RESET_SENT;
    }
    return reason == ResetReason.REFUSED
        ? RetryState.Trouble.REFUSED
        : RetryState.Trouble.RESET_UNSENT;
  }

  /**
   * The failure to report. Where it is proven that the request was not processed this is {@code
   * UF}, whatever the reset (Envoy reports {@code UR} or {@code UC}): the flag is what tells the
   * next hop that the request may be repeated.
   */
  static Failure failure(ResetReason reason, boolean requestSent) {
    if (!requestSent) {
      return Failure.CONNECT_FAILED;
    }
    return switch (reason) {
      case CONNECTION_CLOSED, KEEPALIVE_TIMEOUT -> Failure.CONNECTION_TERMINATED;
      case REMOTE_RESET, REFUSED, CANCELLED -> Failure.UPSTREAM_RESET;
      case PROTOCOL_ERROR -> Failure.UPSTREAM_PROTOCOL;
    };
  }
}
