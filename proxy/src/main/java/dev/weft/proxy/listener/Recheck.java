package dev.weft.proxy.listener;

import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.TcpProxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a new configuration of a listener means for its open connections. One whose chain changed in
 * nothing but its rules goes on under the new ones; one that these deny may not stay, whatever else
 * has changed; one whose rules for requests changed takes no more of these; of the others those
 * leave whose chain is gone or changed, or has a service now that was not asked about them. One
 * that is still being set up is served as the chain is by then.
 *
 * @param leaving drain
 * @param finishing end with their last request, however long that lasts
 * @param denied end at once, or with the answers that are under way
 */
record Recheck(
    List<AcceptedConnection> leaving,
    List<AcceptedConnection> finishing,
    List<AcceptedConnection> denied) {

  static Recheck of(Collection<AcceptedConnection> connections, ListenerConfig next) {
    List<AcceptedConnection> leaving = new ArrayList<>();
    List<AcceptedConnection> finishing = new ArrayList<>();
    List<AcceptedConnection> denied = new ArrayList<>();
    for (AcceptedConnection connection : connections) {
      FilterChain before = connection.chain();
      if (before != null) {
        FilterChain now = successor(before, next);
        if (before.equals(now)) {
          continue;
        }
        Admission.Standing standing =
            now == null ? Admission.Standing.STAYS : connection.recheck(now.filters());
        if (standing == Admission.Standing.DENIED) {
          denied.add(connection);
        } else if (now != null
            && standing == Admission.Standing.STAYS
            && (connection.served()
                ? now.with(before.filters()).equals(before)
                : canBecome(before, now))) {
          connection.choose(now);
        } else if (now != null
            && standing == Admission.Standing.STAYS
            && sameButRules(before, now)) {
          finishing.add(connection);
        } else {
          leaving.add(connection);
        }
      }
    }
    return new Recheck(leaving, finishing, denied);
  }

  /** Whether a connection that is still being set up can be served by another chain. */
  private static boolean canBecome(FilterChain before, FilterChain now) {
    return Objects.equals(before.tls(), now.tls())
        && before.terminal().getClass() == now.terminal().getClass();
  }

  private static boolean sameButRules(FilterChain before, FilterChain now) {
    return before.terminal() instanceof HttpConnectionManager old
        && now.terminal() instanceof HttpConnectionManager next
        && now.with(before.filters()).with(next.with(old.filters())).equals(before);
  }

  /** Which rules for requests count for it by now; {@code null}: those under which it began. */
  static @Nullable HttpConnectionManager manager(
      AcceptedConnection connection, ListenerConfig config) {
    FilterChain before = connection.chain();
    FilterChain now = before == null ? null : successor(before, config);
    return now != null
            && !now.equals(before)
            && now.terminal() instanceof HttpConnectionManager manager
        ? manager
        : null;
  }

  /** The chain that is for the same connections; {@code null}: there is none any more. */
  private static @Nullable FilterChain successor(FilterChain before, ListenerConfig next) {
    FilterChain fallback = next.defaultChain();
    if (before.equals(fallback)) {
      return fallback;
    }
    FilterChain named = null;
    for (FilterChain chain : next.chains()) {
      if (chain.equals(before)) {
        return chain;
      }
      if (chain.match().equals(before.match()) && chain.name().equals(before.name())) {
        named = chain;
      }
    }
    boolean ofFallback =
        named == null
            && fallback != null
            && fallback.match().equals(before.match())
            && fallback.name().equals(before.name());
    return ofFallback ? fallback : named;
  }

  /** Whether a connection has nothing to finish. */
  static boolean endsAtOnce(AcceptedConnection connection) {
    return Objects.requireNonNull(connection.chain()).terminal() instanceof TcpProxy;
  }
}
