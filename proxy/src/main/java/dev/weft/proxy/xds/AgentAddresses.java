package dev.weft.proxy.xds;

import dev.weft.proxy.config.HostPort;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The addresses behind one {@code host:port} of the bootstrap file, looked up for one channel and
 * again when gRPC asks. A name is looked up on a virtual thread, never on the control thread or an
 * event loop. gRPC's {@code pick_first} tries all of them, one after the other. Thread-safe.
 */
final class AgentAddresses extends NameResolver {
  /** Beyond that a dead name server is taken for an address that does not answer. */
  private static final Duration LOOK_UP_LIMIT = Duration.ofSeconds(5);

  private static final int MOST_ADDRESSES = 16;

  private final HostPort address;
  private final HostNames names;
  private final int first;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile boolean ended;
  private volatile Listener2 listener = new Nobody();

  /**
   * @param first which address is tried first, modulo their number: a stream that ends at an
   *     address that can be connected to must not keep the others from being tried
   */
  AgentAddresses(HostPort address, HostNames names, int first) {
    this.address = address;
    this.names = names;
    this.first = first;
  }

  @Override
  public String getServiceAuthority() {
    return address.host();
  }

  @Override
  public void start(Listener2 wanted) {
    listener = wanted;
    lookUp();
  }

  @Override
  public void refresh() {
    lookUp();
  }

  @Override
  public void shutdown() {
    ended = true;
  }

  private void lookUp() {
    if (ended || !looking.compareAndSet(false, true)) {
      return;
    }
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(address.host());
    CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
    if (literal != null) {
      complete(found, host -> List.of(InetAddress.getByAddress(literal)));
    } else {
      Thread.ofVirtual().name("weft-look-up").start(() -> complete(found, names));
    }
    found
        .orTimeout(LOOK_UP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((addresses, failure) -> {
          looking.set(false);
          if (!ended) {
            listener.onResult(result(addresses, failure));
          }
        });
  }

  private void complete(CompletableFuture<List<InetAddress>> found, HostNames from) {
    try {
      found.complete(from.addressesOf(address.host()));
    } catch (UnknownHostException | RuntimeException e) {
      found.completeExceptionally(e);
    }
  }

  private ResolutionResult result(
      @Nullable List<InetAddress> addresses, @Nullable Throwable failure) {
    StatusOr<List<EquivalentAddressGroup>> groups;
    if (addresses == null || addresses.isEmpty()) {
      String reason =
          failure instanceof TimeoutException
              ? "no answer within " + LOOK_UP_LIMIT.toSeconds() + " s"
              : failure == null ? "it has no address" : String.valueOf(failure.getMessage());
      groups =
          StatusOr.fromStatus(
              Status.UNAVAILABLE.withDescription(
                  "cannot look up " + address.host() + ": " + reason));
    } else {
      List<InetAddress> some =
          new ArrayList<>(addresses.subList(0, Math.min(MOST_ADDRESSES, addresses.size())));
      Collections.rotate(some, -Math.floorMod(first, some.size()));
      groups =
          StatusOr.fromValue(
              some.stream()
                  .map(ip -> new EquivalentAddressGroup(new InetSocketAddress(ip, address.port())))
                  .toList());
    }
    return ResolutionResult.newBuilder().setAddressesOrError(groups).build();
  }

  /** Before the start. */
  private static final class Nobody extends Listener2 {
    @Override
    public void onResult(ResolutionResult result) {}

    @Override
    public void onError(Status error) {}
  }
}
