package dev.weft.proxy.http.filter;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.FilterSettings.Abort;
import dev.weft.proxy.config.FilterSettings.Delay;
import dev.weft.proxy.config.FilterSettings.Fault;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.upstream.shared.Gauge;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Faults on purpose, as {@code envoy.filters.http.fault} makes them: a delay, then an abort, or a
 * slow answer.
 */
@LoopConfined
public final class FaultFilter implements HttpFilter {
  private static final String DELAY = "x-envoy-fault-delay-request";
  private static final String ABORT = "x-envoy-fault-abort-request";
  private static final String GRPC_ABORT = "x-envoy-fault-abort-grpc-request";
  private static final String RATE = "x-envoy-fault-throughput-response";
  private static final long LONGEST_MILLIS = TimeUnit.HOURS.toMillis(1);

  private final Fault fault;
  private final Callbacks callbacks;
  private final EventLoop loop;
  private final RandomGenerator random;

  /** Faults under way in the process. */
  private final Gauge active;

  private @Nullable Future<?> timer;
  private boolean counted;
  private long rate;

  public FaultFilter(
      Fault fault, Callbacks callbacks, EventLoop loop, RandomGenerator random, Gauge active) {
    this.fault = fault;
    this.callbacks = callbacks;
    this.loop = loop;
    this.random = random;
    this.active = active;
  }

  @Override
  public Verdict onRequest(RequestHead head, boolean end) {
    if ((fault.maxActive() >= 0 && active.used() >= fault.maxActive()) || !matches(head)) {
      return Verdict.Pass.PASS;
    }
    limit(head.headers());
    long delay = delayMillis(head.headers());
    if (delay <= 0) {
      Verdict.Reply reply = abort(head.headers());
      return reply == null ? Verdict.Pass.PASS : reply;
    }
    count();
    timer = loop.schedule(() -> delayed(head.headers()), delay, TimeUnit.MILLISECONDS);
    return Verdict.Hold.HOLD;
  }

  private void limit(HeaderList headers) {
    FilterSettings.Rate limit = fault.rate();
    if (limit == null) {
      return;
    }
    boolean byHeader = limit.kbps() == 0;
    long kbps = byHeader ? number(headers, RATE, FilterSettings.Rate.MOST_KBPS) : limit.kbps();
    if (kbps > 0 && drawn(byHeader ? lowered(limit.share(), headers, RATE) : limit.share())) {
      rate = kbps * 1024;
      count();
    }
  }

  @Override
  public long responseRate() {
    return rate;
  }

  private boolean matches(RequestHead head) {
    for (HeaderMatcher matcher : fault.headers()) {
      if (!matcher.matches(head.field(matcher.name()))) {
        return false;
      }
    }
    return true;
  }

  private void delayed(HeaderList headers) {
    timer = null;
    Verdict.Reply reply = abort(headers);
    if (reply == null) {
      callbacks.resume();
    } else {
      callbacks.reply(reply);
    }
  }

  /** 0: none. */
  private long delayMillis(HeaderList headers) {
    Delay delay = fault.delay();
    if (delay == null) {
      return 0;
    }
    if (delay.fixed() != null) {
      return drawn(delay.share()) ? delay.fixed().toMillis() : 0;
    }
    long millis = number(headers, DELAY, LONGEST_MILLIS);
    return millis > 0 && drawn(lowered(delay.share(), headers, DELAY)) ? millis : 0;
  }

  private Verdict.@Nullable Reply abort(HeaderList headers) {
    Abort abort = fault.abort();
    if (abort == null) {
      return null;
    }
    if (!abort.byHeader()) {
      return drawn(abort.share()) ? reply(abort.status(), abort.grpcStatus()) : null;
    }
    long status = number(headers, ABORT, 599);
    long grpcStatus = status >= 200 ? -1 : number(headers, GRPC_ABORT, Integer.MAX_VALUE);
    boolean asked = status >= 200 || grpcStatus >= 0;
    String by = status >= 200 ? ABORT : GRPC_ABORT;
    return asked && drawn(lowered(abort.share(), headers, by))
        ? reply((int) Math.max(0, status), (int) grpcStatus)
        : null;
  }

  private Verdict.Reply reply(int status, int grpcStatus) {
    count();
    return new Verdict.Reply(
        grpcStatus >= 0 ? 200 : status,
        grpcStatus,
        "fault filter abort",
        new HeaderList(4),
        Failure.FAULT_INJECTED);
  }

  /** A caller may ask for fewer faults than configured, never for more. */
  private static Fraction lowered(Fraction share, HeaderList headers, String name) {
    long asked = number(headers, name + "-percentage", Integer.MAX_VALUE);
    return asked < 0 || asked >= share.numerator()
        ? share
        : new Fraction((int) asked, share.denominator());
  }

  /** A decimal number of a header; -1: none, or none of 0 to {@code most}. */
  private static long number(HeaderList headers, String name, long most) {
    String value = headers.get(name);
    if (value == null || value.length() > 10) {
      return -1;
    }
    try {
      long number = Long.parseLong(value);
      return number <= most ? number : -1;
    } catch (NumberFormatException notOne) {
      return -1;
    }
  }

  private boolean drawn(Fraction share) {
    return share.equals(Fraction.ALL) || share.includes(random.nextLong() >>> 1);
  }

  private void count() {
    if (!counted) {
      counted = true;
      active.tryTake(Integer.MAX_VALUE);
    }
  }

  @Override
  public void onEnd() {
    if (timer != null) {
      timer.cancel(false);
    }
    if (counted) {
      counted = false;
      active.give();
    }
  }
}
