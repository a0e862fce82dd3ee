package dev.weft.proxy.lifecycle;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Whether the node serves. */
public sealed interface Readiness {
  /** Every listener that it should have accepts connections. */
  record Ready() implements Readiness {}

  /**
   * It does not, or not any more.
   *
   * @param reason for people
   */
  record NotReady(String reason) implements Readiness {}

  /**
   * Decides.
   *
   * @param draining whether the node is leaving
   * @param identity whether there is a certificate
   * @param identityStatus of it, in words
   * @param required a listener that a node of this role always has
   * @param configured names of the listeners of the newest snapshot
   * @param serving listeners that accept connections
   */
  static Readiness of(
      boolean draining,
      boolean identity,
      String identityStatus,
      String required,
      Set<String> configured,
      Map<String, String> serving) {
    if (draining) {
      return new NotReady("draining");
    }
    if (!identity) {
      return new NotReady(identityStatus);
    }
    if (!configured.contains(required)) {
      return new NotReady("no configuration for listener " + required + " yet");
    }
    Set<String> missing = new TreeSet<>(configured);
    missing.removeAll(serving.keySet());
    return missing.isEmpty() ? new Ready() : new NotReady("listeners do not serve yet: " + missing);
  }
}
