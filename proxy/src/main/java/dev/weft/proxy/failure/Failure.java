package dev.weft.proxy.failure;

/**
 * Everything that can keep a request from being answered by its upstream, with the one table of
 * what each means: response flag (Envoy's short name), HTTP status, gRPC status code, and a word
 * for metrics and logs.
 */
public enum Failure {
  NO_ROUTE("NR", 404, 12, "route_not_found"),
  NO_UPSTREAM("NC", 503, 14, "cluster_not_found"),
  NO_HEALTHY_HOST("UH", 503, 14, "no_healthy_upstream"),
  CONNECT_FAILED("UF", 503, 14, "upstream_connection_failure"),
  UPSTREAM_TLS("UF", 503, 14, "upstream_tls_failure"),
  OVERFLOW("UO", 503, 14, "upstream_overflow"),
  CONNECTION_TERMINATED("UC", 503, 14, "upstream_connection_termination"),
  UPSTREAM_RESET("UR", 503, 14, "upstream_remote_reset"),
  UPSTREAM_PROTOCOL("UPE", 502, 14, "upstream_protocol_error"),
  REQUEST_TIMEOUT("UT", 504, 4, "upstream_response_timeout"),
  PER_TRY_TIMEOUT("UT", 504, 4, "upstream_per_try_timeout"),
  RETRIES_EXHAUSTED("URX", 503, 14, "upstream_retry_limit_exceeded"),
  DOWNSTREAM_DISCONNECTED("DC", 0, 1, "downstream_disconnect"),
  DOWNSTREAM_PROTOCOL("DPE", 400, 13, "downstream_protocol_error"),
  STREAM_IDLE_TIMEOUT("SI", 408, 4, "stream_idle_timeout"),
  STREAM_DURATION("DT", 408, 4, "max_duration_timeout"),
  REQUEST_HEADERS_TIMEOUT("DT", 408, 4, "request_header_timeout"),
  HEADERS_TOO_LARGE("DPE", 431, 8, "headers_too_large"),
  /** HTTP/1.0, where it is not served. */
  HTTP_VERSION("DPE", 426, 2, "low_version"),
  /** A protocol that the request may not change to. */
  UPGRADE_REFUSED("-", 403, 7, "upgrade_failed"),
  /** By the fault filter; the status is the configured one. */
  FAULT_INJECTED("FI", 503, 14, "fault_filter_abort"),
  /** By rules of the RBAC filter. */
  RBAC_DENIED("-", 403, 7, "rbac_access_denied"),
  /** By the authorization service; the status is the one that it gave. */
  EXT_AUTHZ_DENIED("UAEX", 403, 7, "ext_authz_denied"),
  /** No answer of the authorization service; the status is the configured one. */
  EXT_AUTHZ_ERROR("UAEX", 403, 7, "ext_authz_error"),
  /** An answer of the authorization service that cannot be followed. */
  EXT_AUTHZ_INVALID("UAEX", 500, 13, "ext_authz_invalid"),
  /** More of a body than may be held until the request is allowed. */
  PAYLOAD_TOO_LARGE("-", 413, 8, "request_payload_too_large"),
  /** TRACE: not served. */
  UNSUPPORTED("DPE", 501, 12, "method_not_supported");

  private final String flag;
  private final int status;
  private final int grpcStatus;
  private final String label;

  Failure(String flag, int status, int grpcStatus, String label) {
    this.flag = flag;
    this.status = status;
    this.grpcStatus = grpcStatus;
    this.label = label;
  }

  /** Envoy's short response flag. */
  public String flag() {
    return flag;
  }

  /** HTTP status of the local reply; 0: none can be sent. */
  public int status() {
    return status;
  }

  /** {@code grpc-status} of the local reply to a gRPC request. */
  public int grpcStatus() {
    return grpcStatus;
  }

  /** Whether the failure alone proves that the application did not see the request. */
  public boolean unreached() {
    return switch (this) {
      case NO_ROUTE,
          NO_UPSTREAM,
          NO_HEALTHY_HOST,
          CONNECT_FAILED,
          UPSTREAM_TLS,
          OVERFLOW,
          REQUEST_HEADERS_TIMEOUT,
          HEADERS_TOO_LARGE,
          HTTP_VERSION,
          UPGRADE_REFUSED,
          FAULT_INJECTED,
          RBAC_DENIED,
          EXT_AUTHZ_DENIED,
          EXT_AUTHZ_ERROR,
          EXT_AUTHZ_INVALID,
          PAYLOAD_TOO_LARGE,
          UNSUPPORTED ->
          true;
      case CONNECTION_TERMINATED,
          UPSTREAM_RESET,
          UPSTREAM_PROTOCOL,
          REQUEST_TIMEOUT,
          PER_TRY_TIMEOUT,
          RETRIES_EXHAUSTED,
          DOWNSTREAM_DISCONNECTED,
          DOWNSTREAM_PROTOCOL,
          STREAM_IDLE_TIMEOUT,
          STREAM_DURATION ->
          false;
    };
  }

  /** For metrics and logs. */
  public String label() {
    return label;
  }
}
