package dev.weft.policy.istio;

import java.util.Comparator;
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

  /**
   * Which of several of one level counts: the oldest, of the same age the first by name. One that
   * does not say when it was made comes after those that do.
   */
  public static final Comparator<PeerAuthentication> OLDEST_FIRST =
      Comparator.comparing((PeerAuthentication policy) -> policy.created().isEmpty())
          .thenComparing(PeerAuthentication::created)
          .thenComparing(PeerAuthentication::name);

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
    STRICT;

    /** What holds where nothing was said, unless the mesh has another. */
    public static final Mode USUAL = STRICT;

    /**
     * A mesh's own mode, by its name.
     *
     * @throws IllegalArgumentException with what is expected: there is no level above
     */
    public static Mode ofMesh(String name) {
      return switch (name) {
        case "STRICT" -> STRICT;
        case "PERMISSIVE" -> PERMISSIVE;
        case "DISABLE" -> DISABLE;
        default ->
            throw new IllegalArgumentException(
                "expected STRICT, PERMISSIVE or DISABLE, found \"" + name + "\"");
      };
    }
  }
}
