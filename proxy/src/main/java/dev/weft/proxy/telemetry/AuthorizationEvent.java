package dev.weft.proxy.telemetry;

import java.util.Locale;

/** What happens to a connection that a service may be asked about, by Envoy's counters. */
public enum AuthorizationEvent {
  /** The service is asked. */
  TOTAL,
  OK,
  DENIED,
  /** There is no answer. */
  ERROR,
  /** It goes on without an answer. */
  FAILURE_MODE_ALLOWED,
  /** The service need not be asked. */
  DISABLED,
  /** It ends: denied, or without an answer. */
  CX_CLOSED;

  /** The {@code event} of {@code weft_ext_authz_connections_total}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
