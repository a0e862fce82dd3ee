package dev.weft.policy.istio;

import java.util.Map;

/**
 * {@code security.istio.io} {@code PeerAuthentication}.
 *
 * @param created {@code metadata.creationTimestamp}; empty: not said. Of several for one workload
 *     the oldest counts
 * @param ports by the workload's port; only with labels
 */
public record PeerAuthentication(
    PolicyName name, Attachment attachment, String created, Mode mode, Map<Integer, Mode> ports)
    implements SecurityPolicy {

  /** A {@code created} before all others: of one level, it is what counts. */
  public static final String FIRST = "0";

  public PeerAuthentication {
    ports = Map.copyOf(ports);
  }

  /** Whether callers speak mutual TLS. */
  public enum Mode {
    /** As the level above says. */
    UNSET,
    /** They do not. */
    DISABLE,
    /** Either way. */
    PERMISSIVE,
    /** They have to. */
    STRICT
  }
}
