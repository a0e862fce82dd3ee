package dev.weft.policy.istio.compile;

import dev.weft.policy.istio.Attachment;
import dev.weft.policy.istio.PeerAuthentication;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import java.util.List;
import java.util.Optional;

/**
 * Which of several {@code PeerAuthentication}s counts: the narrowest that says something, of one
 * level the oldest. Without any, it is the mesh's.
 */
final class PeerModes {
  private enum Level {
    MESH,
    NAMESPACE,
    WORKLOAD,
    /** Labels in the root namespace: nobody's. */
    NONE
  }

  private PeerModes() {}

  /**
   * @param usual where nothing is said
   * @param holding those that hold for the workload
   */
  static Mode of(Mode usual, String rootNamespace, List<PeerAuthentication> holding, int port) {
    Mode mode = usual;
    for (Level level : List.of(Level.MESH, Level.NAMESPACE, Level.WORKLOAD)) {
      Optional<PeerAuthentication> oldest =
          holding.stream()
              .filter(policy -> level(rootNamespace, policy) == level)
              .min(PeerAuthentication.OLDEST_FIRST);
      if (oldest.isPresent()) {
        mode = narrower(mode, oldest.get().mode());
        if (level == Level.WORKLOAD) {
          mode = narrower(mode, oldest.get().ports().getOrDefault(port, Mode.UNSET));
        }
      }
    }
    return mode;
  }

  private static Mode narrower(Mode above, Mode said) {
    return said == Mode.UNSET ? above : said;
  }

  private static Level level(String rootNamespace, PeerAuthentication policy) {
    boolean root = policy.name().namespace().equals(rootNamespace);
    return switch (policy.attachment()) {
      case Attachment.Everything everything -> root ? Level.MESH : Level.NAMESPACE;
      case Attachment.Labels labels -> root ? Level.NONE : Level.WORKLOAD;
      case Attachment.Services services -> Level.WORKLOAD;
      case Attachment.Unknown unknown -> root ? Level.MESH : Level.WORKLOAD;
    };
  }
}
