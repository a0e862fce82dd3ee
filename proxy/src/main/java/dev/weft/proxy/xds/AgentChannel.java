package dev.weft.proxy.xds;

import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.tls.TlsMaterial;
import dev.weft.proxy.tls.TlsMaterialSink;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A channel to whichever agent answers: a call goes to the one connected, or to the next one when
 * that failed. A new certificate is shown from the next call on; calls that run keep their
 * connection. Before there is a certificate the agent refuses. Thread-safe by its monitor, held for
 * no I/O.
 */
public final class AgentChannel extends Channel implements TlsMaterialSink, AutoCloseable {
  private final AgentChannels channels;
  private @Nullable TlsMaterial own;
  private @Nullable ManagedChannel current;
  private int nextAgent;
  private boolean closed;

  public AgentChannel(AgentChannels channels) {
    this.channels = channels;
  }

  @Override
  public synchronized void publish(TlsMaterial material) {
    own = material;
    if (current != null) {
      current.shutdown();
      current = null;
    }
  }

  @Override
  public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
    return usable().newCall(method, options);
  }

  private synchronized ManagedChannel usable() {
    ManagedChannel channel = current;
    if (channel != null
        && !closed
        && channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.shutdownNow();
      channel = null;
      nextAgent++;
    }
    if (channel == null) {
      List<HostPort> addresses = channels.agent().addresses();
      HostPort address = addresses.get(Math.floorMod(nextAgent, addresses.size()));
      TlsMaterial material = own;
      channel =
          channels.open(address, material == null ? List.of() : material.ownRoots(), material);
      current = channel;
      if (closed) {
        // The call that comes after the end fails by itself.
        channel.shutdownNow();
      }
    }
    return channel;
  }

  @Override
  public String authority() {
    return channels.agent().serverName();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (current != null) {
      current.shutdownNow();
    }
  }
}
