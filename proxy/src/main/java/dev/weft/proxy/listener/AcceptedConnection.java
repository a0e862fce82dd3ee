package dev.weft.proxy.listener;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.NetworkFilter;
import dev.weft.proxy.tls.TlsHandlers;
import dev.weft.proxy.transport.Drainable;
import io.netty.channel.Channel;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection of a listener, from accept to close. */
@LoopConfined
final class AcceptedConnection implements Drainable {
  /** Envoy's drain timeout. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Channel channel;
  private @Nullable FilterChain chain;
  private @Nullable Drainable codec;
  private long id;
  private @Nullable Admission admission;
  private @Nullable Proof proof;

  AcceptedConnection(Channel channel) {
    this.channel = channel;
  }

  private record Proof(String validationSecret, X509Certificate leaf, Runnable onRevoked) {}

  Channel channel() {
    return channel;
  }

  /** The chain that serves it; {@code null}: none was chosen yet. */
  @Nullable FilterChain chain() {
    return chain;
  }

  void choose(FilterChain chosen) {
    chain = chosen;
  }

  /** The filters of its chain let it in; they may change. */
  void admitted(Admission by) {
    admission = by;
  }

  /** What filters that came later mean for it. One that is still being set up meets them then. */
  Admission.Standing recheck(List<NetworkFilter> filters) {
    Admission known = admission;
    Admission.Standing standing = known == null ? Admission.Standing.STAYS : known.recheck(filters);
    if (standing == Admission.Standing.DENIED) {
      admission = null;
    }
    return standing;
  }

  /**
   * The peer has proved who it is; its certificate may be revoked.
   *
   * @param validationSecret the trust context that vouches for it
   * @param onRevoked told when it was
   */
  void proved(String validationSecret, X509Certificate leaf, Runnable onRevoked) {
    proof = new Proof(validationSecret, leaf, onRevoked);
  }

  /** Whether the peer's certificate was revoked since it was verified; told once. */
  boolean revoked(TlsHandlers tls) {
    Proof known = proof;
    if (known == null || !tls.revoked(known.validationSecret, known.leaf)) {
      return false;
    }
    proof = null;
    known.onRevoked.run();
    return true;
  }

  void serve(Drainable by) {
    codec = by;
  }

  /** Whether it is past being set up. */
  boolean served() {
    return codec != null;
  }

  /** It carries requests, which know it by this; returned. */
  long number(long known) {
    id = known;
    return known;
  }

  /** By which requests know it; 0: none were taken yet. */
  long id() {
    return id;
  }

  /**
   * One that has lasted long enough is told, and closed as soon as it rests.
   *
   * @param longest 0: there is no limit
   */
  void limit(Duration longest) {
    if (!longest.isZero()) {
      Future<?> drains =
          channel
              .eventLoop()
              .scheduleWithFixedDelay(
                  this::drainOrClose, longest.toNanos(), DRAIN_NANOS, TimeUnit.NANOSECONDS);
      channel.closeFuture().addListener(closed -> drains.cancel(false));
    }
  }

  private void drainOrClose() {
    if (codec != null) {
      codec.drain();
    } else {
      channel.close();
    }
  }

  /** A connection that is still being set up goes on: it may carry a request already. */
  @Override
  public void drain() {
    if (codec != null) {
      codec.drain();
    }
  }
}
