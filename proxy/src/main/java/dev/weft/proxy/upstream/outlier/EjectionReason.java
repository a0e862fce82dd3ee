package dev.weft.proxy.upstream.outlier;

/** Why a host was ejected; the label of {@code weft_ejections_total}. */
public enum EjectionReason {
  CONSECUTIVE_5XX("consecutive_5xx"),
  CONSECUTIVE_GATEWAY_FAILURE("consecutive_gateway_failure"),
  CONSECUTIVE_LOCAL_ORIGIN_FAILURE("consecutive_local_origin_failure");

  private final String label;

  EjectionReason(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }
}
