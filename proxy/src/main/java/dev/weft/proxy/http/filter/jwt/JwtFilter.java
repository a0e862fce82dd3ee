package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.JwtRefusal;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.filter.HttpFilter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks for tokens, as {@code envoy.filters.http.jwt_authn} does. */
@LoopConfined
public final class JwtFilter implements HttpFilter {
  /** Characters of the path that an answer repeats. */
  private static final int MOST_PATH = 256;

  private final JwtRuntime runtime;
  private final FilterSettings.@Nullable JwtRoute route;
  private final Callbacks callbacks;
  private final JwtWorker worker;
  private @Nullable JwtEvaluation evaluation;
  private boolean held;
  private @Nullable Verdict verdict;
  private String scheme = "";
  private String authority = "";
  private String path = "";

  JwtFilter(
      JwtRuntime runtime,
      FilterSettings.@Nullable JwtRoute route,
      Callbacks callbacks,
      JwtWorker worker) {
    this.runtime = runtime;
    this.route = route;
    this.callbacks = callbacks;
    this.worker = worker;
  }

  @Override
  public Verdict onRequest(RequestHead head, boolean end) {
    FilterSettings.JwtRoute said = route;
    if (runtime.settings().policy().bypassPreflight() && isPreflight(head)) {
      return Verdict.Pass.PASS;
    }
    Check check = said == null ? runtime.check(head) : runtime.named(said.requirement());
    if (said != null && check == null && !said.disabled()) {
      return misconfigured(said.requirement());
    }
    if (check == null || check instanceof Check.Nothing) {
      return Verdict.Pass.PASS;
    }
    remember(head);
    TokenEffects effects = new TokenEffects(head, callbacks);
    JwtEvaluation running = new JwtEvaluation(runtime, effects);
    evaluation = running;
    running.run(
        check,
        refusal -> {
          effects.done();
          finished(refusal);
        });
    Verdict known = verdict;
    held = known == null;
    return known == null ? Verdict.Hold.HOLD : known;
  }

  private void finished(@Nullable JwtRefusal refusal) {
    evaluation = null;
    Verdict known = refusal == null ? Verdict.Pass.PASS : refused(refusal);
    verdict = known;
    if (held) {
      held = false;
      if (known instanceof Verdict.Reply reply) {
        callbacks.reply(reply);
      } else {
        callbacks.resume();
      }
    }
  }

  private Verdict.Reply refused(JwtRefusal why) {
    worker.refused(callbacks.connection(), why);
    callbacks.details("jwt_authn_access_denied{" + why.text().replace(' ', '_') + "}");
    int status = why == JwtRefusal.AUDIENCE_NOT_ALLOWED ? 403 : 401;
    HeaderList headers = new HeaderList(4);
    if (runtime.settings().policy().quiet()) {
      return new Verdict.Reply(status, -1, "", headers, null);
    }
    // RFC 6750 section 3: a request without a token is told no more than where it is.
    String error = why == JwtRefusal.MISSING ? "" : ", error=\"invalid_token\"";
    headers.add("www-authenticate", "Bearer realm=\"" + realm() + "\"" + error);
    return new Verdict.Reply(status, -1, why.text(), headers, null);
  }

  private Verdict misconfigured(String requirement) {
    String text =
        "Failed JWT authentication: Wrong requirement_name: "
            + requirement
            + ". It should be one of ["
            + String.join(",", runtime.settings().policy().requirements().keySet())
            + "]";
    boolean quiet = runtime.settings().policy().quiet();
    callbacks.details("jwt_authn_access_denied{unknown_requirement}");
    return new Verdict.Reply(403, -1, quiet ? "" : text, new HeaderList(4), null);
  }

  private static boolean isPreflight(RequestHead head) {
    return head.method().equals("OPTIONS")
        && isThere(head.headers().get("origin"))
        && isThere(head.headers().get("access-control-request-method"));
  }

  private static boolean isThere(@Nullable String value) {
    return value != null && !value.isEmpty();
  }

  /** The request as the caller knows it, before tokens change anything. */
  private void remember(RequestHead head) {
    scheme = Objects.requireNonNullElse(head.headers().get("x-forwarded-proto"), head.scheme());
    authority = head.authority();
    path = Objects.requireNonNullElse(head.headers().get("x-envoy-original-path"), head.path());
  }

  /** Its URI. */
  private String realm() {
    return scheme
        + "://"
        + authority
        + (path.length() > MOST_PATH ? path.substring(0, MOST_PATH) : path);
  }

  @Override
  public void onEnd() {
    JwtEvaluation running = evaluation;
    if (running != null) {
      running.cancel();
    }
  }
}
