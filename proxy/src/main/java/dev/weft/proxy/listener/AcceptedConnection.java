package dev.weft.proxy.listener;

import dev.weft.policy.authz.Connection;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.NetworkRbac;
import dev.weft.proxy.listener.NetworkRules.Denial;
import dev.weft.proxy.transport.Drainable;
import io.netty.channel.Channel;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection of a listener, from accept to close. */
@LoopConfined
final class AcceptedConnection implements Drainable {
  private final Channel channel;
  private @Nullable FilterChain chain;
  private @Nullable Drainable codec;
  private @Nullable Admission admission;

  AcceptedConnection(Channel channel) {
    this.channel = channel;
  }

  private record Admission(Connection facts, NetworkRules rules, Consumer<Denial> onDenied) {}

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

  /**
   * Rules let it in; they may change.
   *
   * @param onDenied told when rules that came later do not
   */
  void admitted(Connection facts, NetworkRules rules, Consumer<Denial> onDenied) {
    admission = new Admission(facts, rules, onDenied);
  }

  /** Whether rules that came later deny it. One that is still being set up is asked then. */
  boolean denied(List<NetworkRbac> rules) {
    Admission known = admission;
    Denial denial = known == null ? null : known.rules.denial(rules, known.facts);
    if (known == null || denial == null) {
      return false;
    }
    admission = null;
    known.onDenied.accept(denial);
    return true;
  }

  void serve(Drainable by) {
    codec = by;
  }

  /** Whether bytes have been understood so far as to be served. */
  boolean serves() {
    return codec != null;
  }

  /** A connection that is still being set up goes on: it may carry a request already. */
  @Override
  public void drain() {
    if (codec != null) {
      codec.drain();
    }
  }
}
