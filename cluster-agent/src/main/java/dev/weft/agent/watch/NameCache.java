package dev.weft.agent.watch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * The addresses behind host names: of peers' gateways, of providers, of external services. A name
 * is looked up on a virtual thread when it is first asked for and again every 30 s, after a failure
 * every 2 s; at most eight look-ups run at a time and one for each name. What a name resolved to
 * last stays in force for as long as it resolves to nothing. Owned by the thread that asks, which
 * is never held up; look-ups leave their result in {@link Name}.
 */
public final class NameCache {
  private static final long AGAIN_MILLIS = 30_000;
  private static final long AFTER_FAILURE_MILLIS = 2_000;
  private static final long PATIENCE_MILLIS = 5_000;
  private static final int MOST_ADDRESSES = 16;
  private static final Duration FIRST_LOOK_UPS = Duration.ofSeconds(3);

  private final HostNames names;
  private final LongSupplier monotonicMillis;
  private final Semaphore lookUps = new Semaphore(8);
  private final Map<String, Name> known = new HashMap<>();

  /**
   * @param monotonicMillis a clock that never goes back
   */
  public NameCache(HostNames names, LongSupplier monotonicMillis) {
    this.names = names;
    this.monotonicMillis = monotonicMillis;
  }

  /**
   * What is known of a name now.
   *
   * @param addresses literal, in an order that does not depend on the answer's
   * @param problem why there is nothing newer; empty: nothing is wrong
   */
  public record Answer(List<String> addresses, String problem) {

    /**
     * What is wrong, for people; empty: nothing.
     *
     * @param whose what the name stands for
     */
    public Optional<String> trouble(String whose) {
      return problem.isEmpty()
          ? Optional.empty()
          : Optional.of(
              whose + ": " + problem + (addresses.isEmpty() ? "" : "; it stays at " + addresses));
    }
  }

  /** What is known of a name; begins a look-up where one is due. Does not block. */
  public Answer of(String host) {
    Name name = known.computeIfAbsent(host, Name::new);
    name.look(monotonicMillis.getAsLong());
    return name.answer();
  }

  /** Forgets all other names. */
  public void keepOnly(Set<String> hosts) {
    known.keySet().retainAll(hosts);
  }

  /** Waits until each name that was asked for was answered once, at most 3 s. */
  public void awaitFirst() {
    CompletableFuture<?> all =
        CompletableFuture.allOf(
            known.values().stream().map(name -> name.first).toArray(CompletableFuture[]::new));
    try {
      all.get(FIRST_LOOK_UPS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The answer says so.
    }
  }

  /** One name. What a look-up leaves is under its monitor, all else is the owner's. */
  private final class Name {
    private final String host;
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private List<String> addresses = List.of();
    private String failure = "";
    private boolean running;
    private long sinceMillis;
    private long dueMillis = Long.MIN_VALUE;

    Name(String host) {
      this.host = host;
    }

    private synchronized void look(long now) {
      if (!running && now >= dueMillis) {
        running = true;
        sinceMillis = now;
        Thread.ofVirtual().name("weft-look-up").start(this::run);
      }
    }

    private synchronized Answer answer() {
      boolean late = running && monotonicMillis.getAsLong() - sinceMillis >= PATIENCE_MILLIS;
      return new Answer(
          addresses,
          late && failure.isEmpty()
              ? "no answer within " + PATIENCE_MILLIS / 1000 + " s"
              : failure);
    }

    private void run() {
      lookUps.acquireUninterruptibly();
      try {
        List<String> found = literals(names.addressesOf(host));
        ended(found, found.isEmpty() ? "it has no address" : "");
      } catch (UnknownHostException | RuntimeException e) {
        ended(List.of(), "it cannot be looked up: " + e.getMessage());
      } finally {
        lookUps.release();
        first.complete(null);
      }
    }

    private synchronized void ended(List<String> found, String problem) {
      running = false;
      failure = problem;
      addresses = found.isEmpty() ? addresses : found;
      dueMillis =
          monotonicMillis.getAsLong() + (found.isEmpty() ? AFTER_FAILURE_MILLIS : AGAIN_MILLIS);
    }
  }

  /** Sorted, because name servers shuffle and an order that changes would be a change of peers. */
  private static List<String> literals(List<InetAddress> addresses) {
    return addresses.stream()
        .map(InetAddress::getAddress)
        .sorted(Arrays::compareUnsigned)
        .map(NameCache::literal)
        .distinct()
        .limit(MOST_ADDRESSES)
        .toList();
  }

  /** Without the scope that an IPv6 address of an interface would be printed with. */
  private static String literal(byte[] ip) {
    try {
      return InetAddress.getByAddress(ip).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }
}
