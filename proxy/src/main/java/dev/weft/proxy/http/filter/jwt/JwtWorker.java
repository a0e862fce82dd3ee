package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksCache;
import dev.weft.policy.jwt.JwksReading;
import dev.weft.policy.jwt.JwksSource;
import dev.weft.policy.jwt.JwtProvider;
import dev.weft.policy.jwt.JwtRefusal;
import dev.weft.policy.jwt.JwtVerifier;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.NamedFilter;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.filter.HttpFilter;
import dev.weft.proxy.http.filter.UpstreamCalls;
import dev.weft.proxy.telemetry.ProxyMetrics;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tokens in one worker. Keys and verified tokens of a provider outlive changes of the configuration
 * that leave the provider as it is.
 */
@LoopConfined
public final class JwtWorker {
  private final UpstreamCalls calls;
  private final EventLoop loop;
  private final LongSupplier nanoTime;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ProxyMetrics metrics;
  private Map<JwtProvider, ProviderState> providers = new HashMap<>();
  private Map<FilterSettings.Jwt, JwtRuntime> runtimes = new HashMap<>();

  /** The same by what a request has in its hands: looked up without comparing settings. */
  private final IdentityHashMap<FilterSettings.Jwt, JwtRuntime> known = new IdentityHashMap<>();

  /**
   * @param calls how keys are fetched
   * @param loop for waiting until they are fetched again
   */
  public JwtWorker(
      UpstreamCalls calls,
      EventLoop loop,
      LongSupplier nanoTime,
      InstantSource clock,
      RandomGenerator random,
      ProxyMetrics metrics) {
    this.calls = calls;
    this.loop = loop;
    this.nanoTime = nanoTime;
    this.clock = clock;
    this.random = random;
    this.metrics = metrics;
  }

  /** A filter for one request. */
  public HttpFilter filter(
      FilterSettings.Jwt settings,
      FilterSettings.@Nullable JwtRoute route,
      HttpFilter.Callbacks callbacks) {
    JwtRuntime runtime = known.get(settings);
    if (runtime == null) {
      // A connection that was accepted under settings that are gone, or equal ones made anew.
      runtime = runtime(settings);
      known.put(settings, runtime);
    }
    return new JwtFilter(runtime, route, callbacks, this);
  }

  private JwtRuntime runtime(FilterSettings.Jwt settings) {
    JwtRuntime there = runtimes.get(settings);
    if (there != null) {
      return there;
    }
    Map<String, ProviderState> byName = new LinkedHashMap<>();
    settings
        .policy()
        .providers()
        .forEach(
            (name, provider) -> byName.put(name, providers.computeIfAbsent(provider, this::begin)));
    JwtRuntime made = new JwtRuntime(settings, byName);
    runtimes.put(settings, made);
    return made;
  }

  private ProviderState begin(JwtProvider provider) {
    JwtVerifier verifier = new JwtVerifier(provider, clock);
    return switch (provider.keys()) {
      case JwksSource.Inline(String json) -> {
        JwksReading read = Jwks.read(json.getBytes(StandardCharsets.UTF_8));
        yield new ProviderState(provider, verifier, read instanceof Jwks keys ? keys : null, null);
      }
      case JwksSource.Remote remote -> {
        JwksCache cache = cache(remote);
        if (remote.ahead() != null) {
          cache.start();
        }
        yield new ProviderState(provider, verifier, null, cache);
      }
    };
  }

  private JwksCache cache(JwksSource.Remote remote) {
    JwksSource.Ahead ahead = remote.ahead();
    JwksCache.Settings settings = JwksCache.Settings.USUAL.lifetime(remote.lifetime());
    return new JwksCache(
        ahead == null ? settings : settings.firstPause(ahead.pause()),
        new UpstreamKeys(remote, calls),
        this::after,
        nanoTime,
        random,
        new KeyEvents(remote.cluster(), metrics));
  }

  private Runnable after(Duration delay, Runnable task) {
    Future<?> timer = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }

  void refused(DownstreamConnection connection, JwtRefusal why) {
    metrics.tokenRefused(connection.listener(), why);
  }

  /**
   * Begins with providers that are new and ends with those that nothing names any more. The
   * upstreams have taken the snapshot over already.
   */
  public void onSnapshot(Snapshot snapshot) {
    Map<FilterSettings.Jwt, JwtRuntime> before = runtimes;
    Map<JwtProvider, ProviderState> gone = new HashMap<>(providers);
    runtimes = new HashMap<>();
    known.clear();
    for (ListenerConfig listener : snapshot.listeners().values()) {
      for (FilterChain chain : listener.chains()) {
        keep(chain, before, gone);
      }
      if (listener.defaultChain() != null) {
        keep(listener.defaultChain(), before, gone);
      }
    }
    gone.forEach((provider, state) -> {
      providers.remove(provider);
      state.close();
    });
  }

  private void keep(
      FilterChain chain,
      Map<FilterSettings.Jwt, JwtRuntime> before,
      Map<JwtProvider, ProviderState> gone) {
    if (chain.terminal() instanceof HttpConnectionManager http) {
      for (NamedFilter filter : http.filters()) {
        if (filter.settings() instanceof FilterSettings.Jwt settings) {
          JwtRuntime same = before.get(settings);
          if (same != null) {
            runtimes.put(settings, same);
          }
          known.put(settings, runtime(settings));
          settings.policy().providers().values().forEach(gone::remove);
        }
      }
    }
  }

  /** The worker ends. */
  public void close() {
    providers.values().forEach(ProviderState::close);
    providers = new HashMap<>();
    runtimes = new HashMap<>();
    known.clear();
  }
}
