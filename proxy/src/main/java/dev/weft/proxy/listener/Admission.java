package dev.weft.proxy.listener;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Metadata;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.NetworkExtAuthz;
import dev.weft.proxy.config.NetworkFilter;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.http.filter.authz.AuthorizationChecks;
import dev.weft.proxy.http.filter.authz.ConnectionCheck;
import dev.weft.proxy.listener.NetworkRules.Denial;
import dev.weft.proxy.telemetry.AuthorizationEvent;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes a connection through the filters in front of its chain's last one. Rules are held against
 * it again when they change; a service is asked about it once.
 *
 * <pre>
 *   RUNNING ◀──answered── ASKING     both ──denied, no answer, peer gone──▶ over
 *      │  └──asks a service──▶ ▲
 *      └──no filter left──▶ admitted
 * </pre>
 */
@LoopConfined
final class Admission {
  private static final String NAMESPACE = "envoy.filters.network.ext_authz";

  private final AcceptedConnection connection;
  private final Channel channel;
  private final String listener;
  private final int limit;
  private final ConnectionRecord record;
  private final Refusals refusals;
  private final NetworkRules rules;
  private final Refusal.Sink sink;
  private final AuthorizationChecks checks;
  private final Connection facts;
  private final Outcome outcome;
  private final ConnectionMetadata metadata = new ConnectionMetadata();
  private List<Passed> passed = new ArrayList<>(0);
  private List<Passed> before = List.of();
  private FilterChain chain;
  private int next;
  private ConnectionCheck.@Nullable Answer atOnce;
  private @Nullable Runnable call;
  private @Nullable HeldBytes held;

  /**
   * @param limit of bytes that are kept while a service is asked
   */
  Admission(
      AcceptedConnection connection,
      String listener,
      int limit,
      ConnectionRecord record,
      Refusals refusals,
      ListenerContext context,
      Outcome outcome) {
    this.connection = connection;
    this.channel = connection.channel();
    this.listener = listener;
    this.limit = limit;
    this.record = record;
    this.refusals = refusals;
    this.rules = new NetworkRules(listener, context.refusals());
    this.sink = context.refusals();
    this.checks = context.checks();
    this.facts = record.policyFacts();
    this.outcome = outcome;
    this.chain = Objects.requireNonNull(connection.chain());
  }

  /** Takes a connection that all filters let in. */
  @FunctionalInterface
  interface Outcome {
    /**
     * Serves it.
     *
     * @param said by the filters; a live view
     */
    void admitted(FilterChain chain, Metadata said);
  }

  /** What later filters mean for a connection that was let in. */
  enum Standing {
    STAYS,
    /** There is a service that would have been asked about it, and was not. */
    UNASKED,
    DENIED
  }

  /**
   * A service let it in.
   *
   * @param said for later filters
   */
  private record Passed(NetworkExtAuthz filter, Map<String, ?> said) {}

  void begin() {
    while (next < chain.filters().size()) {
      if (!passes(chain.filters().get(next++))) {
        return;
      }
    }
    connection.admitted(this);
    HeldBytes bytes = held;
    if (bytes != null) {
      bytes.open();
    }
    outcome.admitted(chain, metadata);
    if (bytes != null) {
      bytes.release();
    }
  }

  /** Whether it goes on at once. */
  private boolean passes(NetworkFilter filter) {
    return switch (filter) {
      case NetworkRbac rbac -> {
        Denial denial = rules.denial(rbac, facts, metadata);
        if (denial != null) {
          refusals.refuse(channel, record.denied(denial), record.told(denial), denial.delay());
        }
        yield denial == null;
      }
      case NetworkExtAuthz authz -> {
        if (!authz.enabled(metadata)) {
          count(authz, AuthorizationEvent.DISABLED);
          yield true;
        }
        Passed known = take(before, authz);
        if (known == null) {
          yield asks(authz);
        }
        pass(known);
        yield true;
      }
    };
  }

  /** Whether the answer is there already, and lets it in. */
  private boolean asks(NetworkExtAuthz authz) {
    count(authz, AuthorizationEvent.TOTAL);
    Runnable asking =
        new ConnectionCheck(authz, checks).ask(record.asked(), answer -> answered(authz, answer));
    ConnectionCheck.Answer known = atOnce;
    if (known != null) {
      atOnce = null;
      return follow(authz, known);
    }
    sink.held(listener, authz.statPrefix(), 1);
    call =
        () -> {
          sink.held(listener, authz.statPrefix(), -1);
          asking.run();
        };
    if (held == null) {
      held = HeldBytes.hold(channel, limit, chain.terminal() instanceof TcpProxy, this::giveUp);
    }
    return false;
  }

  private void answered(NetworkExtAuthz authz, ConnectionCheck.Answer answer) {
    if (call == null) {
      atOnce = answer;
      return;
    }
    call = null;
    sink.held(listener, authz.statPrefix(), -1);
    if (!follow(authz, answer)) {
      return;
    }
    FilterChain now = Objects.requireNonNull(connection.chain());
    if (!now.equals(chain)) {
      // Others came meanwhile: they hold, but nobody is asked twice.
      chain = now;
      next = 0;
      before = passed;
      passed = new ArrayList<>(before.size());
      metadata.become(new ConnectionMetadata());
    }
    begin();
  }

  private boolean follow(NetworkExtAuthz authz, ConnectionCheck.Answer answer) {
    return switch (answer) {
      case ConnectionCheck.Answer.Allowed(Map<String, ?> said) -> {
        count(authz, AuthorizationEvent.OK);
        pass(new Passed(authz, said));
        yield true;
      }
      case ConnectionCheck.Answer.Denied denied -> {
        count(authz, AuthorizationEvent.DENIED);
        count(authz, AuthorizationEvent.CX_CLOSED);
        refuse(Refusal.EXT_AUTHZ_DENIED, authz.service().upstream());
        yield false;
      }
      case ConnectionCheck.Answer.Failed(String why) -> {
        count(authz, AuthorizationEvent.ERROR);
        if (authz.failureModeAllow()) {
          count(authz, AuthorizationEvent.FAILURE_MODE_ALLOWED);
          pass(new Passed(authz, Map.of()));
        } else {
          count(authz, AuthorizationEvent.CX_CLOSED);
          refuse(Refusal.EXT_AUTHZ_ERROR, authz.service().upstream() + ": " + why);
        }
        yield authz.failureModeAllow();
      }
    };
  }

  private void pass(Passed one) {
    passed.add(one);
    if (!one.said.isEmpty()) {
      metadata.add(NAMESPACE, one.said);
    }
  }

  private void refuse(Refusal reason, String detail) {
    refusals.refuse(channel, record.refused(reason), detail);
  }

  private void count(NetworkExtAuthz authz, AuthorizationEvent event) {
    sink.authorization(listener, authz.statPrefix(), event);
  }

  /** The connection ends while a service is asked about it. */
  private void giveUp() {
    Runnable asking = call;
    if (asking != null) {
      call = null;
      asking.run();
    }
  }

  /** Holds one that was let in against filters that came later; no service is asked. */
  Standing recheck(List<NetworkFilter> later) {
    ConnectionMetadata told = new ConnectionMetadata();
    List<Passed> left = new ArrayList<>(passed);
    Standing standing = Standing.STAYS;
    for (NetworkFilter filter : later) {
      switch (filter) {
        case NetworkRbac rbac -> {
          Denial denial = rules.denial(rbac, facts, told);
          if (denial != null) {
            refusals.note(record.denied(denial), record.told(denial));
            return Standing.DENIED;
          }
        }
        case NetworkExtAuthz authz -> {
          if (authz.enabled(told)) {
            Passed known = take(left, authz);
            if (known == null) {
              standing = Standing.UNASKED;
            } else if (!known.said.isEmpty()) {
              told.add(NAMESPACE, known.said);
            }
          }
        }
      }
    }
    if (standing == Standing.STAYS) {
      metadata.become(told);
    }
    return standing;
  }

  private static @Nullable Passed take(List<Passed> from, NetworkExtAuthz authz) {
    for (int i = 0; i < from.size(); i++) {
      if (from.get(i).filter.equals(authz)) {
        return from.remove(i);
      }
    }
    return null;
  }
}
