package dev.weft.proxy.http.router;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.RetryPolicy.RetryOn;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.telemetry.UpstreamMetrics;
import dev.weft.proxy.telemetry.UpstreamMetrics.RetryResult;
import dev.weft.proxy.upstream.shared.SharedUpstream;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Whether a request is tried again: the conditions of {@code retry_on} as Envoy documents them, the
 * number of retries, and the process-wide budget. One for each request with a retry policy.
 *
 * <p>Every retry waits: {@code random(0, interval)}, where the interval begins at the base and
 * doubles up to the maximum (full jitter). Envoy does so for requests that provably did not arrive
 * too, and so does this.
 */
@LoopConfined
final class RetryState {
  private final RetryPolicy policy;
  private final SharedUpstream shared;
  private final RandomGenerator random;
  private int left;
  private long interval;
  private boolean holdsSlot;

  /** How an attempt failed before its response. */
  enum Trouble {
    /** No connection could be had. */
    CONNECT,
    /** The peer says that it did not process the request. */
    REFUSED,
    /** Broken off before anything was sent. */
    RESET_UNSENT,
    /** Broken off, or timed out, when the request may have been seen. */
    RESET_SENT,
    /** A circuit breaker: never repeated. */
    OVERFLOW
  }

  RetryState(RetryPolicy policy, SharedUpstream shared, RandomGenerator random) {
    this.policy = policy;
    this.shared = shared;
    this.random = random;
    this.left = policy.retries();
    this.interval = policy.backOffBase().toNanos();
  }

  /** Whether the policy would repeat a request that was answered so. */
  boolean asksFor(ResponseHead head) {
    if (head.headers().get("x-envoy-ratelimited") != null) {
      return false;
    }
    int status = head.status();
    return (has(RetryOn.SERVER_ERROR_5XX) && status >= 500)
        || (has(RetryOn.GATEWAY_ERROR) && status >= 502 && status <= 504)
        || (has(RetryOn.RETRIABLE_4XX) && status == 409)
        || (has(RetryOn.RETRIABLE_STATUS_CODES) && policy.retriableStatusCodes().contains(status))
        || (has(RetryOn.RETRIABLE_HEADERS) && matchesHeader(head));
  }

  private boolean matchesHeader(ResponseHead head) {
    List<HeaderMatcher> matchers = policy.retriableHeaders();
    for (int i = 0; i < matchers.size(); i++) {
      HeaderMatcher matcher = matchers.get(i);
      String value =
          matcher.name().equals(":status")
              ? Integer.toString(head.status())
              : head.headers().joined(matcher.name());
      if (matcher.matches(value)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the policy would repeat a request that failed so. */
  boolean asksFor(Trouble trouble) {
    if (trouble == Trouble.OVERFLOW) {
      return false;
    }
    if (has(RetryOn.RESET) || has(RetryOn.SERVER_ERROR_5XX) || has(RetryOn.GATEWAY_ERROR)) {
      return true;
    }
    return switch (trouble) {
      case CONNECT, RESET_UNSENT ->
          has(RetryOn.CONNECT_FAILURE) || has(RetryOn.RESET_BEFORE_REQUEST);
      case REFUSED -> has(RetryOn.REFUSED_STREAM) || has(RetryOn.RESET_BEFORE_REQUEST);
      case RESET_SENT, OVERFLOW -> false;
    };
  }

  private boolean has(RetryOn condition) {
    return policy.retryOn().contains(condition);
  }

  /**
   * Whether there is another try: then one retry is used up and a place in the budget is taken.
   *
   * @param asked whether the policy asks for one. If it does and there is none, the records say why
   */
  boolean granted(boolean asked, RequestRecord record, UpstreamMetrics metrics) {
    release();
    if (!asked) {
      return false;
    }
    if (left == 0) {
      record.retriesExhausted();
      return false;
    }
    left--;
    if (!shared.tryRetry()) {
      record.retryOverflow();
      metrics.retry(RetryResult.BUDGET);
      return false;
    }
    holdsSlot = true;
    return true;
  }

  /** How long the next retry waits, in nanoseconds. */
  long backOffNanos() {
    long bound = interval;
    interval = Math.min(policy.backOffMax().toNanos(), interval * 2);
    return bound <= 0 ? 0 : random.nextLong(bound);
  }

  /** Gives the place in the budget back: the request has ended, or is decided on anew. */
  void release() {
    if (holdsSlot) {
      holdsSlot = false;
      shared.retryDone();
    }
  }
}
