package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.Audiences;
import dev.weft.policy.jwt.JwksCache;
import dev.weft.policy.jwt.JwtParser;
import dev.weft.policy.jwt.JwtRefusal;
import dev.weft.policy.jwt.JwtResult;
import dev.weft.policy.jwt.ParsedJwt;
import dev.weft.proxy.LoopConfined;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks one request. Nearly always it is done when {@link #run} returns; where keys have to be
 * fetched it goes on later, on the same loop.
 */
@LoopConfined
final class JwtEvaluation {
  private final JwtRuntime runtime;
  private final TokenEffects effects;
  private Runnable waiting = () -> {};
  private boolean cancelled;

  JwtEvaluation(JwtRuntime runtime, TokenEffects effects) {
    this.runtime = runtime;
    this.effects = effects;
  }

  /** How a check ends. */
  @FunctionalInterface
  interface Done {
    /** Called once; {@code null}: it passed. */
    void done(@Nullable JwtRefusal refusal);
  }

  /** The request is over: nothing is called any more. */
  void cancel() {
    cancelled = true;
    waiting.run();
  }

  void run(Check check, Done done) {
    switch (check) {
      case Check.Nothing nothing -> done.done(null);
      case Check.One one -> one(one, done);
      case Check.AnyOf any -> anyOf(any, 0, JwtRefusal.MISSING, done);
      case Check.AllOf all -> allOf(all, 0, done);
      case Check.Whichever whichever -> whichever(whichever, done);
    }
  }

  private void anyOf(Check.AnyOf any, int next, JwtRefusal so, Done done) {
    if (next == any.checks().size()) {
      boolean passes = any.failed() || (any.missing() && so == JwtRefusal.MISSING);
      done.done(passes ? null : so);
      return;
    }
    run(
        any.checks().get(next),
        refusal -> {
          if (refusal == null) {
            done.done(null);
          } else {
            anyOf(any, next + 1, worse(so, refusal), done);
          }
        });
  }

  /** A token that was meant for one of them says more than that others had none. */
  private static JwtRefusal worse(JwtRefusal before, JwtRefusal next) {
    boolean meant = next != JwtRefusal.MISSING && next != JwtRefusal.ISSUER_UNKNOWN;
    return meant || before == JwtRefusal.MISSING ? next : before;
  }

  private void allOf(Check.AllOf all, int next, Done done) {
    if (next == all.checks().size()) {
      done.done(null);
      return;
    }
    run(
        all.checks().get(next),
        refusal -> {
          if (refusal == null) {
            allOf(all, next + 1, done);
          } else {
            done.done(refusal);
          }
        });
  }

  private void one(Check.One one, Done done) {
    one.finder().clean(effects.head().headers());
    List<FoundToken> tokens = one.finder().find(effects.head());
    if (tokens.isEmpty()) {
      refused(runtime.only(), JwtRefusal.MISSING);
      done.done(JwtRefusal.MISSING);
    } else {
      next(one, tokens, tokens.size() - 1, done);
    }
  }

  /** All tokens have to be good: whoever is behind may look at another than this. */
  private void next(Check.One one, List<FoundToken> tokens, int at, Done done) {
    judge(
        tokens.get(at),
        one.provider(),
        one.audiences(),
        refusal -> {
          if (refusal == null && at > 0) {
            next(one, tokens, at - 1, done);
          } else {
            done.done(refusal);
          }
        });
  }

  private void whichever(Check.Whichever whichever, Done done) {
    whichever.finder().clean(effects.head().headers());
    List<FoundToken> tokens = whichever.finder().find(effects.head());
    if (tokens.isEmpty()) {
      refused(runtime.only(), JwtRefusal.MISSING);
      done.done(null);
    } else {
      next(whichever, tokens, tokens.size() - 1, done);
    }
  }

  /** Of several the last one counts, as Envoy has it. */
  private void next(Check.Whichever whichever, List<FoundToken> tokens, int at, Done done) {
    FoundToken token = tokens.get(at);
    Done then =
        refusal -> {
          if (at > 0) {
            next(whichever, tokens, at - 1, done);
          } else {
            done.done(whichever.failed() ? null : refusal);
          }
        };
    switch (JwtParser.parse(token.token())) {
      case ParsedJwt.Malformed(JwtRefusal why) -> {
        refused(runtime.only(), why);
        then.done(why);
      }
      case ParsedJwt.Sound sound -> {
        ProviderState provider = runtime.ofIssuer(sound.jwt().issuer());
        if (provider == null) {
          refused(runtime.only(), JwtRefusal.ISSUER_UNKNOWN);
          then.done(JwtRefusal.ISSUER_UNKNOWN);
        } else {
          judge(token, provider, null, then);
        }
      }
    }
  }

  private void judge(
      FoundToken token, ProviderState provider, @Nullable Audiences audiences, Done done) {
    judge(token, provider, audiences, true, done);
  }

  /**
   * @param again whether keys may be waited for, once
   */
  private void judge(
      FoundToken token,
      ProviderState provider,
      @Nullable Audiences audiences,
      boolean again,
      Done done) {
    JwtResult result =
        provider.verifier().verify(token.token(), token.from(), audiences, provider.keys());
    switch (result) {
      case JwtResult.Verified verified -> {
        effects.verified(token, provider.settings().forwarding(), verified);
        done.done(null);
      }
      case JwtResult.Refused(JwtRefusal why) -> {
        boolean waits =
            again
                && why == JwtRefusal.KEY_UNKNOWN
                && awaitNewer(provider, keys -> judge(token, provider, audiences, false, done));
        if (!waits) {
          refused(provider, why);
          done.done(why);
        }
      }
      case JwtResult.NeedsKeys needs -> {
        JwksCache remote = provider.remote();
        if (remote == null || !again) {
          refused(provider, JwtRefusal.KEYS_NOT_FETCHED);
          done.done(JwtRefusal.KEYS_NOT_FETCHED);
        } else {
          waiting =
              remote.await(keys -> {
                if (!cancelled) {
                  judge(token, provider, audiences, false, done);
                }
              });
        }
      }
    }
  }

  private boolean awaitNewer(ProviderState provider, JwksCache.Waiter then) {
    JwksCache remote = provider.remote();
    Runnable handle =
        remote == null
            ? null
            : remote.awaitNewer(keys -> {
              if (!cancelled) {
                then.keys(keys);
              }
            });
    if (handle != null) {
      waiting = handle;
    }
    return handle != null;
  }

  private void refused(@Nullable ProviderState provider, JwtRefusal why) {
    if (provider != null) {
      effects.refused(provider.settings().forwarding(), why);
    }
  }
}
