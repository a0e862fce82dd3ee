package dev.weft.proxy.http.router;

import dev.weft.proxy.http.HeaderList;
import java.util.List;
import java.util.Set;

/**
 * Takes away what a caller may not say, as Envoy's connection manager and router do. What asks for
 * retries and time limits is taken from everybody: only configuration decides on them.
 */
final class CallerHeaders {
  private static final String PREFIX = "x-envoy-";

  /**
   * Tells applications of a certificate that a proxy has seen. No configuration makes this proxy
   * write or pass it on ({@code forward_client_cert_details} is {@code SANITIZE}), so it is always
   * a caller's own invention.
   */
  private static final String CLIENT_CERTIFICATE = "x-forwarded-client-cert";

  /** From everybody. */
  private static final Set<String> NEVER =
      Set.of(
          "x-envoy-internal",
          "x-envoy-retry-on",
          "x-envoy-retry-grpc-on",
          "x-envoy-max-retries",
          "x-envoy-retriable-status-codes",
          "x-envoy-retriable-header-names",
          "x-envoy-upstream-alt-stat-name",
          "x-envoy-upstream-rq-timeout-ms",
          "x-envoy-upstream-rq-per-try-timeout-ms",
          "x-envoy-upstream-rq-timeout-alt-response",
          "x-envoy-expected-rq-timeout-ms",
          "x-envoy-hedge-on-per-try-timeout");

  /** From those who are not internal. */
  private static final Set<String> INTERNAL =
      Set.of("x-envoy-force-trace", "x-envoy-ip-tags", "x-envoy-original-url");

  /** At the edge. */
  private static final Set<String> EDGE =
      Set.of(
          "x-envoy-decorator-operation",
          "x-envoy-downstream-service-cluster",
          "x-envoy-downstream-service-node",
          "x-envoy-original-path",
          "x-envoy-original-host");

  private CallerHeaders() {}

  /**
   * @param internal whether the client is internal
   * @param edge whether it is not, and this is the first proxy that is trusted
   * @param internalOnly names that only internal clients may use
   */
  static void clean(HeaderList headers, boolean internal, boolean edge, List<String> internalOnly) {
    for (int i = headers.size() - 1; i >= 0; i--) {
      String name = headers.name(i);
      if (name.equals(CLIENT_CERTIFICATE)
          || (name.startsWith(PREFIX)
              && (NEVER.contains(name)
                  || (!internal && INTERNAL.contains(name))
                  || (edge && EDGE.contains(name))))) {
        headers.remove(name);
        // All of the name are gone, and those behind have moved up.
        i = Math.min(i, headers.size());
      }
    }
    if (!internal) {
      for (int i = 0; i < internalOnly.size(); i++) {
        headers.remove(internalOnly.get(i));
      }
    }
  }
}
