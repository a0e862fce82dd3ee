package dev.weft.agent.attest;

import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;

/** The identities of the mesh's own parts. */
public final class WellKnown {
  /** The namespace of agents and gateways; no sidecar may be enrolled in it. */
  public static final String NAMESPACE = "weft-system";

  private static final String AGENT = "agent";
  private static final String GATEWAY = "gateway";

  private WellKnown() {}

  /** The agents of a cluster. */
  public static SpiffeId agent(TrustDomain trustDomain) {
    return new SpiffeId(trustDomain, NAMESPACE, AGENT);
  }

  /** The gateways of a cluster. */
  public static SpiffeId gateway(TrustDomain trustDomain) {
    return new SpiffeId(trustDomain, NAMESPACE, GATEWAY);
  }

  /** Whether this is a gateway of its trust domain. */
  public static boolean isGateway(SpiffeId id) {
    return id.namespace().equals(NAMESPACE) && id.serviceAccount().equals(GATEWAY);
  }

  /** Whether this is an agent of its trust domain. */
  public static boolean isAgent(SpiffeId id) {
    return id.namespace().equals(NAMESPACE) && id.serviceAccount().equals(AGENT);
  }
}
