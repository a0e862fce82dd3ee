package dev.weft.proxy.http.filter.authz;

import dev.weft.policy.match.MetadataMatcher;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.AuthorizationService;
import dev.weft.proxy.config.ExtAuthzSettings;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.filter.HttpFilter;
import dev.weft.proxy.http.filter.UpstreamCalls;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds a request until a service allows it. */
@LoopConfined
public final class ExtAuthzFilter implements HttpFilter {
  private static final String NAMESPACE = "envoy.filters.http.ext_authz";
  private static final String FAILED_OPEN = "x-envoy-auth-failure-mode-allowed";

  /** What a gRPC caller is answered by is the proxy's to say. */
  private static final Set<String> GRPC = Set.of("content-type", "grpc-status", "grpc-message");

  private final ExtAuthzSettings settings;
  private final FilterSettings.ExtAuthzRoute route;
  private final Callbacks callbacks;
  private final AuthorizationChecks checks;
  private @Nullable HeldBody body;
  private @Nullable RequestHead head;
  private @Nullable Runnable call;
  private @Nullable Verdict verdict;
  private boolean held;
  private long asked;
  private List<HeaderMutation> toCaller = List.of();

  public ExtAuthzFilter(
      FilterSettings.ExtAuthz settings,
      FilterSettings.ExtAuthzRoute route,
      Callbacks callbacks,
      AuthorizationChecks checks) {
    this.settings = settings.settings();
    this.route = route;
    this.callbacks = callbacks;
    this.checks = checks;
  }

  @Override
  public Verdict onRequest(RequestHead request, boolean end) {
    if (!enabled()) {
      return settings.denyDisabled() ? refused() : Verdict.Pass.PASS;
    }
    head = request;
    ExtAuthzSettings.Body wanted = route.body() == null ? settings.body() : route.body();
    if (wanted != null && !route.bodiless() && !end && !request.upgrades()) {
      body = new HeldBody(wanted);
      held = true;
      return Verdict.Hold.HOLD;
    }
    ask(request, null);
    Verdict known = verdict;
    held = known == null;
    return known == null ? Verdict.Hold.HOLD : known;
  }

  private boolean enabled() {
    MetadataMatcher only = settings.enabledFor();
    return settings.enabled().includes(checks.random().nextLong() >>> 1)
        && (only == null || only.matches(callbacks.metadata().get(only.filter())));
  }

  @Override
  public void onBody(ByteBuf data, boolean end) {
    HeldBody holding = body;
    RequestHead request = head;
    if (holding == null || request == null) {
      return;
    }
    int size = data.readableBytes();
    holding.add(data);
    if (holding.beyond() && !holding.partialAllowed()) {
      body = null;
      decided(
          new Verdict.Reply(
              413, -1, "Payload Too Large", new HeaderList(4), Failure.PAYLOAD_TOO_LARGE));
    } else if (end || holding.beyond() || (holding.full() && holding.partialAllowed())) {
      body = null;
      ask(request, holding.told(end));
    } else {
      callbacks.taken(size);
    }
  }

  private void ask(RequestHead request, HeldBody.@Nullable Told told) {
    asked = checks.clock().millis();
    HeaderList more = new HeaderList(4);
    UpstreamCalls.Call made =
        switch (settings.service()) {
          case AuthorizationService.Grpc grpc -> {
            callbacks.write(grpc.metadata(), more);
            var check =
                CheckRequests.of(
                    settings,
                    route,
                    request,
                    callbacks.connection(),
                    callbacks.metadata(),
                    told,
                    Long.toUnsignedString(checks.random().nextLong()),
                    checks.clock().instant());
            yield GrpcCheck.call(grpc, check, more);
          }
          case AuthorizationService.Http http -> {
            callbacks.write(http.added(), more);
            var headers = CheckRequests.headers(settings, request, told);
            yield HttpCheck.call(http, request, headers, more, told);
          }
        };
    Runnable cancel =
        checks
            .calls()
            .send(
                made,
                new UpstreamCalls.Answer() {
                  @Override
                  public void answered(UpstreamCalls.Response response) {
                    follow(request, read(response));
                  }

                  @Override
                  public void failed(String why) {
                    follow(request, new AuthorizationAnswer.Failed(why));
                  }
                });
    if (verdict == null) {
      call = cancel;
    }
  }

  private AuthorizationAnswer read(UpstreamCalls.Response response) {
    RequestMutations mutations = new RequestMutations(settings.mutations());
    return switch (settings.service()) {
      case AuthorizationService.Grpc grpc -> GrpcCheck.read(response, mutations);
      case AuthorizationService.Http http -> HttpCheck.read(http.answer(), mutations, response);
    };
  }

  private void follow(RequestHead request, AuthorizationAnswer answer) {
    call = null;
    if (settings.takesMetadata() && !answer.metadata().isEmpty()) {
      Map<String, @Nullable Object> said = new HashMap<>();
      Map<String, ?> before = callbacks.metadata().get(NAMESPACE);
      if (before != null) {
        // Another filter of this kind may have said something.
        said.putAll(before);
      }
      said.putAll(answer.metadata());
      if (answer instanceof AuthorizationAnswer.Allowed) {
        said.put("ext_authz_duration", (double) (checks.clock().millis() - asked));
      }
      callbacks.metadata().set(NAMESPACE, said);
    }
    decided(
        switch (answer) {
          case AuthorizationAnswer.Allowed allowed -> allow(request, allowed);
          case AuthorizationAnswer.Denied denied -> denied(request, denied);
          case AuthorizationAnswer.Failed failed -> failed(request);
          case AuthorizationAnswer.Invalid invalid -> invalid();
        });
  }

  private Verdict allow(RequestHead request, AuthorizationAnswer.Allowed allowed) {
    String path = request.path();
    for (HeaderMutation change : allowed.request()) {
      path = change.name().equals(":path") ? change.value() : path;
    }
    path = allowed.query().isEmpty() ? path : allowed.query().apply(path);
    if (!path.equals(request.path()) && !AuthorizationAnswer.isPath(path)) {
      return invalid();
    }
    if (settings.clearRoute() && allowed.changes()) {
      callbacks.clearRoute();
    }
    for (HeaderMutation change : allowed.request()) {
      if (!change.name().equals(":path")) {
        change.apply(request.headers());
      }
    }
    for (String name : allowed.removed()) {
      // Without Host or a pseudo-header it would be no request; here they are no headers at all.
      request.headers().remove(name);
    }
    if (!path.equals(request.path())) {
      callbacks.path(path);
    }
    toCaller = allowed.response();
    return Verdict.Pass.PASS;
  }

  private static Verdict denied(RequestHead request, AuthorizationAnswer.Denied denied) {
    HeaderList headers = new HeaderList(8);
    for (int i = 0; i < denied.headers().size(); i++) {
      String name = denied.headers().name(i);
      if (!name.equals("content-length") && !(request.isGrpc() && GRPC.contains(name))) {
        headers.add(name, denied.headers().value(i));
      }
    }
    return new Verdict.Reply(denied.status(), -1, denied.body(), headers, Failure.EXT_AUTHZ_DENIED);
  }

  private Verdict failed(RequestHead request) {
    if (!settings.failureModeAllow()) {
      return refused();
    }
    if (settings.failureModeHeader()) {
      request.headers().add(FAILED_OPEN, "true");
    }
    return Verdict.Pass.PASS;
  }

  private static Verdict.Reply invalid() {
    return new Verdict.Reply(500, -1, "", new HeaderList(4), Failure.EXT_AUTHZ_INVALID);
  }

  private Verdict.Reply refused() {
    return new Verdict.Reply(
        settings.statusOnError(), -1, "", new HeaderList(4), Failure.EXT_AUTHZ_ERROR);
  }

  private void decided(Verdict known) {
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

  @Override
  public void onResponse(ResponseHead response) {
    for (HeaderMutation change : toCaller) {
      change.apply(response.headers());
    }
  }

  @Override
  public void onEnd() {
    body = null;
    Runnable running = call;
    if (running != null) {
      call = null;
      running.run();
    }
  }
}
