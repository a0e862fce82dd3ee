package dev.weft.policy.istio.decide;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Decision;
import dev.weft.policy.authz.Headers;
import dev.weft.policy.authz.Metadata;
import dev.weft.policy.authz.NearMiss;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.decide.Verdict.Outcome;
import dev.weft.policy.istio.decide.xds.Step;
import dev.weft.policy.jwt.JwtRefusal;
import dev.weft.policy.match.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One question on its way through the stages. */
final class Deliberation {
  private static final String RBAC = "envoy.filters.http.rbac";
  private static final String NETWORK_RBAC = "envoy.filters.network.rbac";
  private static final int FORBIDDEN = 403;

  private final Target target;
  private final Mode mode;
  private final Question question;
  private final List<String> policies;
  private final @Nullable TokenCheck tokens;
  private final Connection connection;
  private final List<Stage> stages = new ArrayList<>();

  /** What filters say of the connection, by the name of who says it. */
  private final Map<String, Map<String, @Nullable Object>> said = new HashMap<>();

  /**
   * @param tokens {@code null}: none are asked for
   */
  Deliberation(
      Target target,
      Mode mode,
      Question question,
      List<String> policies,
      @Nullable TokenCheck tokens) {
    this.tokens = tokens;
    this.target = target;
    this.mode = mode;
    this.question = question;
    this.policies = policies;
    boolean tls = !question.identity().isEmpty();
    String asked = question.serverName().isEmpty() ? target.serverName() : question.serverName();
    this.connection =
        new Connection(
            tls ? Connection.Peer.named(question.identity()) : null,
            tls ? asked : "",
            null,
            0,
            question.from(),
            question.from(),
            question.from());
  }

  Verdict run(RbacPolicy denied, RbacPolicy callers, List<Step> steps) {
    if (!lets(denied, callers)) {
      return ended(Outcome.REFUSED, 0);
    }
    if (!target.destination().http()) {
      return ended(steps.stream().allMatch(this::passes) ? Outcome.ALLOW : Outcome.REFUSED, 0);
    }
    SampleRequest request = SampleRequest.of(question);
    if (request == null) {
      stages.add(
          new Stage(
              Stage.Kind.TOKENS, false, "the path cannot be normalized; the answer is a 400"));
      return ended(Outcome.DENY, 400);
    }
    for (Step step : steps) {
      Verdict verdict = ask(step, request);
      if (verdict != null) {
        return verdict;
      }
    }
    return allowed(request);
  }

  /** Whether a connection without requests goes on. */
  private boolean passes(Step step) {
    return switch (step) {
      case Step.Tokens _ -> true;
      case Step.Rules rules -> rules(Stage.Kind.ofFilter(rules.filter()), rules, connection, null);
      case Step.Ask ask -> !ask.when().matches(said.get(ask.when().filter())) || allows(ask);
    };
  }

  private boolean lets(RbacPolicy denied, RbacPolicy callers) {
    if (question.identity().isEmpty()) {
      boolean open = mode != Mode.STRICT && target.alone();
      String reason =
          mode == Mode.STRICT
              ? "without TLS: callers have to speak mutual TLS (" + mode + ")"
              : open
                  ? "without TLS: " + mode
                  : "without TLS: "
                      + mode
                      + " is not in force, since the sidecar fronts several applications";
      stages.add(new Stage(Stage.Kind.MTLS, open, reason));
      return open;
    }
    stages.add(new Stage(Stage.Kind.MTLS, true, "with mutual TLS: " + mode));
    boolean listed =
        !denied.rules().isEmpty()
            && !rules(Stage.Kind.DENY_LIST, new Step.Rules("", denied, null, ""), connection, null);
    return !listed
        && rules(Stage.Kind.CALLERS, new Step.Rules("", callers, null, ""), connection, null);
  }

  /** {@code null}: the request goes on. */
  private @Nullable Verdict ask(Step step, SampleRequest request) {
    return switch (step) {
      // What providers are told: nobody here asks them.
      case Step.Tokens(_, boolean decides) when !decides -> null;
      case Step.Tokens _ -> {
        JwtRefusal refusal = tokens == null ? null : tokens.check(request);
        stages.add(
            new Stage(
                Stage.Kind.TOKENS,
                refusal == null,
                refusal == null ? "no token is refused" : "refused: " + refusal.text()));
        yield refusal == null
            ? null
            : refusal == JwtRefusal.AUDIENCE_NOT_ALLOWED
                ? ended(Outcome.DENY, FORBIDDEN)
                : ended(Outcome.UNAUTHENTICATED, 401);
      }
      case Step.Rules rules ->
          rules(Stage.Kind.ofFilter(rules.filter()), rules, facts(request), request)
              ? null
              : ended(Outcome.DENY, FORBIDDEN);
      case Step.Ask ask ->
          !ask.when().matches(request.said(ask.when().filter())) || allows(ask)
              ? null
              : ended(Outcome.DENY, FORBIDDEN);
    };
  }

  /** What a provider that is asked is taken to say. */
  private boolean allows(Step.Ask ask) {
    String provider = ask.provider();
    boolean allows = question.answers().getOrDefault(provider, true);
    stages.add(
        new Stage(
            Stage.Kind.CUSTOM,
            false,
            allows,
            "",
            provider,
            "provider \"" + provider + "\" is asked, and taken to " + (allows ? "allow" : "deny"),
            List.of()));
    return allows;
  }

  /** The client is who the proxies in front that are trusted say, where they do. */
  private Connection facts(SampleRequest request) {
    String forwarded = request.field("x-forwarded-for");
    if (forwarded == null || target.trustedHops() == 0) {
      return connection;
    }
    String[] told = forwarded.split(",", -1);
    int at = told.length - target.trustedHops();
    IpAddress client = at < 0 ? null : IpAddress.parse(told[at].strip());
    return client == null ? connection : connection.from(client);
  }

  /**
   * @param request {@code null}: only the connection is known
   */
  private boolean rules(
      Stage.Kind kind, Step.Rules rules, Connection facts, @Nullable SampleRequest request) {
    Headers headers = request == null ? Headers.NONE : request::field;
    Metadata metadata = request == null ? said::get : request::said;
    if (rules.shadow() != null) {
      Decision would = rules.shadow().explain(facts, headers, metadata);
      tell(request, rules.shadowPrefix() + "shadow_", would);
      // What is told for a provider's filter is no dry run: that filter says what comes of it.
      if (kind != Stage.Kind.CUSTOM) {
        stages.add(stage(kind, true, would));
      }
    }
    if (rules.enforced() == null) {
      return true;
    }
    Decision decision = rules.enforced().explain(facts, headers, metadata);
    tell(request, "enforced_", decision);
    stages.add(stage(kind, false, decision));
    return decision.allowed();
  }

  private void tell(@Nullable SampleRequest request, String prefix, Decision decision) {
    Map<String, Object> more = new HashMap<>();
    more.put(prefix + "engine_result", decision.allowed() ? "allowed" : "denied");
    if (!decision.rule().isEmpty()) {
      more.put(prefix + "effective_policy_id", decision.rule());
    }
    if (request == null) {
      said.computeIfAbsent(NETWORK_RBAC, _ -> new HashMap<>()).putAll(more);
    } else {
      request.say(RBAC, more);
    }
  }

  private static Stage stage(Stage.Kind kind, boolean dryRun, Decision decision) {
    List<NearMiss> nearest =
        decision instanceof Decision.DeniedByDefault(List<NearMiss> misses) ? misses : List.of();
    return new Stage(
        kind, dryRun, decision.allowed(), decision.rule(), "", decision.reason(), nearest);
  }

  private Verdict allowed(SampleRequest request) {
    Verdict verdict = ended(Outcome.ALLOW, 0);
    return new Verdict(
        verdict.outcome(),
        verdict.status(),
        verdict.rule(),
        verdict.reason(),
        verdict.nearest(),
        verdict.stages(),
        verdict.policies(),
        request.headers());
  }

  /** What the last stage that decides anything said. */
  private Verdict ended(Outcome outcome, int status) {
    Stage last = stages.getFirst();
    for (Stage stage : stages) {
      last = stage.dryRun() || stage.kind() == Stage.Kind.AUDIT ? last : stage;
    }
    boolean judged = !List.of(Stage.Kind.MTLS, Stage.Kind.CALLERS).contains(last.kind());
    String reason =
        outcome == Outcome.ALLOW && !judged
            ? "allowed: no policy that is enforced holds for it"
            : last.reason();
    return new Verdict(
        outcome,
        status,
        outcome == Outcome.ALLOW && !judged ? "" : last.rule(),
        reason,
        last.nearest(),
        stages,
        policies,
        List.of());
  }
}
