package dev.weft.policy.istio.cases;

import dev.weft.policy.identity.TrustDomain;

/**
 * What policies and cases take for granted of the cluster that they are for.
 *
 * @param own its trust domain, {@code <cluster>.<mesh>}
 * @param rootNamespace whose policies are for all workloads
 */
public record Mesh(TrustDomain own, String rootNamespace) {

  /** Where nothing is said. */
  public static final Mesh USUAL = new Mesh(new TrustDomain("east.demo"), "weft-system");

  /** Of another cluster of the mesh. */
  TrustDomain of(String cluster) {
    int dot = own.name().indexOf('.');
    return new TrustDomain(dot < 0 ? cluster : cluster + own.name().substring(dot));
  }
}
