package dev.weft.proxy.http.filter;

import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterSettings.CorsPolicy;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cross-origin requests (Fetch standard, "CORS protocol"), as {@code envoy.filters.http.cors} does
 * it: answers preflights by itself and tells browsers in answers what they may use.
 */
@LoopConfined
public final class CorsFilter implements HttpFilter {
  private static final String ALLOW_ORIGIN = "access-control-allow-origin";
  private static final String CREDENTIALS = "access-control-allow-credentials";

  private final CorsPolicy policy;

  /** Set once the request's origin is allowed. */
  private @Nullable String origin;

  public CorsFilter(CorsPolicy policy) {
    this.policy = policy;
  }

  @Override
  public Verdict onRequest(RequestHead head, boolean end) {
    String sent = head.headers().get("origin");
    if (sent == null || sent.isEmpty()) {
      return Verdict.Pass.PASS;
    }
    boolean allowed = allows(sent);
    origin = allowed ? sent : null;
    String method = head.headers().get("access-control-request-method");
    if (!head.method().equals("OPTIONS") || method == null || method.isEmpty()) {
      return Verdict.Pass.PASS;
    }
    boolean passes = !allowed && !Boolean.FALSE.equals(policy.forwardOthers());
    return passes ? Verdict.Pass.PASS : preflight(head, method, sent, allowed);
  }

  private boolean allows(String sent) {
    for (StringMatcher matcher : policy.allowOrigins()) {
      if (matcher.matches("*") || matcher.matches(sent)) {
        return true;
      }
    }
    return false;
  }

  private Verdict preflight(RequestHead head, String method, String sent, boolean allowed) {
    HeaderList headers = new HeaderList(8);
    if (allowed) {
      headers.add(ALLOW_ORIGIN, sent);
    }
    if (Boolean.TRUE.equals(policy.allowCredentials())) {
      headers.add(CREDENTIALS, "true");
    }
    addUnlessEmpty(headers, "access-control-allow-methods", policy.allowMethods(), method);
    String wanted = head.headers().joined("access-control-request-headers");
    addUnlessEmpty(
        headers,
        "access-control-allow-headers",
        policy.allowHeaders(),
        Objects.requireNonNullElse(wanted, ""));
    addUnlessEmpty(headers, "access-control-max-age", policy.maxAge(), "*");
    if (Boolean.TRUE.equals(policy.privateNetwork())
        && "true".equals(head.headers().get("access-control-request-private-network"))) {
      headers.add("access-control-allow-private-network", "true");
    }
    return new Verdict.Reply(200, -1, "", headers, null);
  }

  private static void addUnlessEmpty(
      HeaderList headers, String name, String configured, String any) {
    if (!configured.isEmpty()) {
      headers.add(name, configured.equals("*") ? any : configured);
    }
  }

  @Override
  public void onResponse(ResponseHead head) {
    String allowed = origin;
    if (allowed == null) {
      return;
    }
    head.headers().set(ALLOW_ORIGIN, allowed);
    if (Boolean.TRUE.equals(policy.allowCredentials())) {
      head.headers().set(CREDENTIALS, "true");
    }
    if (!policy.exposeHeaders().isEmpty()) {
      head.headers().set("access-control-expose-headers", policy.exposeHeaders());
    }
  }
}
