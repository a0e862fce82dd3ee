package dev.weft.proxy.bootstrap;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.proxy.config.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The bootstrap file as a value ({@code docs/contract.md}). Paths are absolute.
 *
 * @param inbound sidecars only
 * @param outbound sidecars only
 * @param eastWest gateways only
 * @param workers event loops, at least 1
 * @param accessLog a path or {@code -}; empty: none
 */
public record Bootstrap(
    Node node,
    Agent agent,
    Optional<Inbound> inbound,
    Optional<HostPort> outbound,
    Optional<EastWest> eastWest,
    HostPort admin,
    Path dataDir,
    int workers,
    Optional<String> accessLog,
    Metrics metrics) {

  /** With the defaults for metrics. */
  public Bootstrap(
      Node node,
      Agent agent,
      Optional<Inbound> inbound,
      Optional<HostPort> outbound,
      Optional<EastWest> eastWest,
      HostPort admin,
      Path dataDir,
      int workers,
      Optional<String> accessLog) {
    this(
        node,
        agent,
        inbound,
        outbound,
        eastWest,
        admin,
        dataDir,
        workers,
        accessLog,
        Metrics.DEFAULT);
  }

  /**
   * Metrics and spans.
   *
   * @param maxSeries sets of listener, upstream, route and peer with meters of their own, 1 to
   *     100,000
   * @param otlp where spans go, by OTLP over gRPC without TLS; empty: nowhere
   */
  public record Metrics(int maxSeries, Optional<HostPort> otlp) {
    public static final Metrics DEFAULT = new Metrics(1_000, Optional.empty());
  }

  /** What kind of node. */
  public enum Role {
    SIDECAR("sidecar"),
    GATEWAY("gateway");

    private final String label;

    Role(String label) {
      this.label = label;
    }

    /** The name in files and messages. */
    public String label() {
      return label;
    }
  }

  /**
   * Who the node is.
   *
   * @param id unique in the cluster
   */
  public record Node(
      String id, String cluster, String mesh, String namespace, String serviceAccount, Role role) {
    /** {@code <cluster>.<mesh>}. */
    public TrustDomain trustDomain() {
      return new TrustDomain(cluster + "." + mesh);
    }

    /** The identity that the node asks its certificate for. */
    public SpiffeId identity() {
      return new SpiffeId(trustDomain(), namespace, serviceAccount);
    }
  }

  /**
   * The agents.
   *
   * @param addresses tried in order
   * @param bundle PEM file with the roots of the own trust domain
   * @param token file with the join token; empty: none is needed any more
   */
  public record Agent(List<HostPort> addresses, Path bundle, Optional<Path> token) {
    public Agent {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * What the sidecar fronts.
   *
   * @param workloads addresses of applications
   */
  public record Inbound(HostPort address, List<HostPort> workloads) {
    public Inbound {
      workloads = List.copyOf(workloads);
    }
  }

  /**
   * The gateway's port.
   *
   * @param advertise where peers reach it; port 0: the port bound
   */
  public record EastWest(HostPort address, HostPort advertise) {}

  /** The same with ports that were 0 replaced by those bound. */
  public Bootstrap bound(
      Optional<HostPort> inboundAddress,
      Optional<HostPort> outboundAddress,
      Optional<HostPort> eastWestAddress) {
    return new Bootstrap(
        node,
        agent,
        inbound.map(in -> new Inbound(inboundAddress.orElse(in.address()), in.workloads())),
        outbound.map(out -> outboundAddress.orElse(out)),
        eastWest.map(edge -> {
          HostPort address = eastWestAddress.orElse(edge.address());
          HostPort advertise =
              edge.advertise().port() == 0
                  ? new HostPort(edge.advertise().host(), address.port())
                  : edge.advertise();
          return new EastWest(address, advertise);
        }),
        admin,
        dataDir,
        workers,
        accessLog,
        metrics);
  }
}
