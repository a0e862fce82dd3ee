package dev.weft.proxy.config;

import dev.weft.policy.match.HeaderMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Envoy's {@code RetryPolicy}.
 *
 * @param retryOn conditions understood
 * @param retries attempts beyond the first
 * @param perTryTimeout zero: none
 * @param retriableStatusCodes for {@link RetryOn#RETRIABLE_STATUS_CODES}
 * @param retriableHeaders response headers for {@link RetryOn#RETRIABLE_HEADERS}
 * @param previousHosts whether hosts that were tried are avoided
 * @param hostSelectionAttempts how often another host is drawn when a tried one comes up, 1 to 1000
 * @param previousPriorities after how many attempts the priorities tried are left out; 0: never
 * @param backOffBase first back-off
 * @param backOffMax longest back-off
 */
public record RetryPolicy(
    Set<RetryOn> retryOn,
    int retries,
    Duration perTryTimeout,
    Set<Integer> retriableStatusCodes,
    List<HeaderMatcher> retriableHeaders,
    boolean previousHosts,
    int hostSelectionAttempts,
    int previousPriorities,
    Duration backOffBase,
    Duration backOffMax) {

  public RetryPolicy {
    retryOn = Set.copyOf(retryOn);
    retriableStatusCodes = Set.copyOf(retriableStatusCodes);
    retriableHeaders = List.copyOf(retriableHeaders);
  }

  /** The conditions of {@code retry_on}, by Envoy's documentation of {@code x-envoy-retry-on}. */
  public enum RetryOn {
    SERVER_ERROR_5XX("5xx"),
    GATEWAY_ERROR("gateway-error"),
    RESET("reset"),
    RESET_BEFORE_REQUEST("reset-before-request"),
    CONNECT_FAILURE("connect-failure"),
    REFUSED_STREAM("refused-stream"),
    RETRIABLE_4XX("retriable-4xx"),
    RETRIABLE_STATUS_CODES("retriable-status-codes"),
    RETRIABLE_HEADERS("retriable-headers");

    private final String wireName;

    RetryOn(String wireName) {
      this.wireName = wireName;
    }

    public String wireName() {
      return wireName;
    }
  }
}
