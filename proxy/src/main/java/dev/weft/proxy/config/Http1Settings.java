package dev.weft.proxy.config;

/**
 * HTTP/1 settings of one side. Upstream only {@code trailers} counts.
 *
 * @param acceptHttp10 whether HTTP/1.0 is served; otherwise it is answered 426
 * @param defaultHost Host of an HTTP/1.0 request that has none; empty: such a request is refused
 * @param trailers whether trailers are read and written; otherwise they are left out
 * @param customMethods whether methods beyond the registered ones are let through
 */
public record Http1Settings(
    boolean acceptHttp10, String defaultHost, boolean trailers, boolean customMethods) {

  /** What Envoy documents for unset fields. */
  public static final Http1Settings DEFAULT = new Http1Settings(false, "", false, false);
}
