package dev.weft.proxy.telemetry;

import dev.weft.policy.authz.Decision;
import dev.weft.proxy.failure.Failure;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decision record of one request: what was asked, which route it took, every attempt with its
 * reason and result, and what was answered. Written by the exchange on the worker's loop; handed to
 * the sink when the request has ended and never changed afterwards. Holds no header but the request
 * id.
 */
public final class RequestRecord {
  private final long startMillis;
  private final long startNanos;
  private final long connection;
  private final String listener;
  private SocketAddress remoteAddress;
  private final @Nullable String peer;
  private final String protocol;
  private final String method;
  private final String authority;
  private final String path;
  private final List<AttemptRecord> attempts = new ArrayList<>(2);
  private @Nullable TraceContext trace;
  private boolean attemptSpans;
  private String operation = "";
  private String operationTold = "";
  private @Nullable SpanFacts span;
  private String requestId = "";
  private String route = "";
  private String upstream = "";
  private int status;
  private @Nullable Failure failure;
  private String details = "";
  private @Nullable Decision authorization;
  private @Nullable Decision shadowAuthorization;
  private String audit = "";
  private boolean retriesExhausted;
  private boolean retryOverflow;
  private long bytesIn;
  private long bytesOut;
  private long endNanos;

  /**
   * A request begins.
   *
   * @param startMillis wall clock
   * @param startNanos monotonic clock
   * @param peer URI SAN of the verified peer
   * @param path with its query, which is not kept: it may hold secrets
   */
  public RequestRecord(
      long startMillis,
      long startNanos,
      long connection,
      String listener,
      SocketAddress remoteAddress,
      @Nullable String peer,
      String protocol,
      String method,
      String authority,
      String path) {
    this.startMillis = startMillis;
    this.startNanos = startNanos;
    this.connection = connection;
    this.listener = listener;
    this.remoteAddress = remoteAddress;
    this.peer = peer;
    this.protocol = protocol;
    this.method = method;
    this.authority = authority;
    int query = path.indexOf('?');
    this.path = query < 0 ? path : path.substring(0, query);
  }

  /**
   * The request belongs to a trace.
   *
   * @param spansAttempts whether each attempt has a span of its own
   */
  public void trace(TraceContext context, boolean spansAttempts) {
    trace = context;
    attemptSpans = spansAttempts;
  }

  /** Whether each attempt has a span of its own. */
  public boolean spansAttempts() {
    return attemptSpans;
  }

  /**
   * What the request's span is called.
   *
   * @param told what the caller is told of it; empty: nothing
   */
  public void operation(String name, String told) {
    operation = name;
    operationTold = told;
  }

  public String operation() {
    return operation;
  }

  public String operationTold() {
    return operationTold;
  }

  /** The request is sampled. */
  public void span(SpanFacts facts) {
    span = facts;
  }

  /** {@code null}: the request is not sampled. */
  public @Nullable SpanFacts span() {
    return span;
  }

  /** {@code null}: trace context is not looked at. */
  public @Nullable TraceContext trace() {
    return trace;
  }

  public void requestId(String id) {
    requestId = id;
  }

  /** Who asks is another one than who connected. */
  public void client(SocketAddress address) {
    remoteAddress = address;
  }

  /** The route taken, and its upstream; empty: none. */
  public void routed(String routeName, String upstreamName) {
    route = routeName;
    upstream = upstreamName;
  }

  public void attempt(AttemptRecord attempt) {
    attempts.add(attempt);
  }

  /** The status sent downstream. */
  public void status(int sent) {
    status = sent;
  }

  /** What kept the upstream's answer from the caller; the last one counts. */
  public void failure(Failure what) {
    failure = what;
  }

  /** More of a failure than its word; empty: nothing. */
  public void details(String more) {
    details = more;
  }

  /**
   * What rules decided. Of several decisions the one that denies counts, else the last by a rule.
   */
  public void authorized(Decision decision) {
    if (authorization == null || !decision.allowed() || !decision.rule().isEmpty()) {
      authorization = decision;
    }
  }

  /** What rules would have decided that are not enforced; the last counts. */
  public void shadowAuthorized(Decision decision) {
    shadowAuthorization = decision;
  }

  /** A rule asked for an audit; the last one counts. */
  public void audited(String rule) {
    audit = rule;
  }

  /** No retry was left when one would have been due. */
  public void retriesExhausted() {
    retriesExhausted = true;
  }

  /** The retry budget was used up when a retry would have been due. */
  public void retryOverflow() {
    retryOverflow = true;
  }

  public void bytesIn(long bytes) {
    bytesIn += bytes;
  }

  public void bytesOut(long bytes) {
    bytesOut += bytes;
  }

  public void end(long nanos) {
    endNanos = nanos;
  }

  public long startMillis() {
    return startMillis;
  }

  public long startNanos() {
    return startNanos;
  }

  public long durationNanos() {
    return endNanos - startNanos;
  }

  public long connection() {
    return connection;
  }

  public String listener() {
    return listener;
  }

  /** The client's, without a port where somebody else has told it; else who connected. */
  public SocketAddress remoteAddress() {
    return remoteAddress;
  }

  public @Nullable String peer() {
    return peer;
  }

  public String protocol() {
    return protocol;
  }

  public String method() {
    return method;
  }

  public String authority() {
    return authority;
  }

  public String path() {
    return path;
  }

  public String requestId() {
    return requestId;
  }

  public String route() {
    return route;
  }

  public String upstream() {
    return upstream;
  }

  public List<AttemptRecord> attempts() {
    return attempts;
  }

  /** Sent downstream; 0: none. */
  public int status() {
    return status;
  }

  public @Nullable Failure failure() {
    return failure;
  }

  /** {@code null}: no rules were asked. */
  public @Nullable Decision authorization() {
    return authorization;
  }

  /** {@code null}: no shadow rules were asked. */
  public @Nullable Decision shadowAuthorization() {
    return shadowAuthorization;
  }

  /** The rule that asked for an audit; empty: none did. */
  public String audit() {
    return audit;
  }

  public long bytesIn() {
    return bytesIn;
  }

  public long bytesOut() {
    return bytesOut;
  }

  /** What was said beside the failure's own word; empty: nothing. */
  public String toldDetails() {
    return details;
  }

  /** Who answered, or why nobody did, in Envoy's words for its response code details. */
  public String details() {
    if (!details.isEmpty()) {
      return details;
    }
    Failure what = failure;
    if (what != null) {
      return what.label();
    }
    return status == 0 ? "" : upstream.isEmpty() ? "direct_response" : "via_upstream";
  }

  /** Response flags, joined by a comma as Envoy does; {@code -}: none. */
  public String flags() {
    Failure what = failure;
    String flags = what == null ? "" : what.flag();
    if (retriesExhausted) {
      flags =
          flags.isEmpty()
              ? Failure.RETRIES_EXHAUSTED.flag()
              : flags + "," + Failure.RETRIES_EXHAUSTED.flag();
    }
    if (retryOverflow && what != Failure.OVERFLOW) {
      flags = flags.isEmpty() ? Failure.OVERFLOW.flag() : flags + "," + Failure.OVERFLOW.flag();
    }
    return flags.isEmpty() ? "-" : flags;
  }

  /** The flag for metrics: one of the closed set; {@code null}: none. */
  public @Nullable Failure primaryFailure() {
    if (failure != null) {
      return failure;
    }
    return retriesExhausted ? Failure.RETRIES_EXHAUSTED : retryOverflow ? Failure.OVERFLOW : null;
  }
}
