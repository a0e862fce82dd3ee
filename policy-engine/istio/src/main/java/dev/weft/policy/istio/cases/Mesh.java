package dev.weft.policy.istio.cases;

import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.PeerAuthentication.Mode;

/**
 * What policies and cases take for granted of the cluster that they are for.
 *
 * @param own its trust domain, {@code <cluster>.<mesh>}
 * @param rootNamespace whose policies are for all workloads
 * @param mode where no {@code PeerAuthentication} says one
 */
public record Mesh(TrustDomain own, String rootNamespace, Mode mode) {

  /** Where nothing is said. */
  public static final Mesh USUAL = new Mesh(new TrustDomain("east.demo"), "weft-system");

  /** With the usual mode. */
  public Mesh(TrustDomain own, String rootNamespace) {
    this(own, rootNamespace, Mode.USUAL);
  }

  /** Of another cluster of the mesh. */
  TrustDomain of(String cluster) {
    int dot = own.name().indexOf('.');
    return new TrustDomain(dot < 0 ? cluster : cluster + own.name().substring(dot));
  }
}
