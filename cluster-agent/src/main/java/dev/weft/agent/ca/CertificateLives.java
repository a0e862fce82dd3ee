package dev.weft.agent.ca;

import java.time.Duration;

/**
 * How long certificates live.
 *
 * @param root of a root that the agent makes
 * @param intermediate of an intermediate that the agent makes
 * @param reserve how long before its end an intermediate is replaced; longer than {@code workload}
 * @param workload the longest of a workload's, and the one that is given unless less is asked for
 * @param shortest the shortest of a workload's
 */
public record CertificateLives(
    Duration root, Duration intermediate, Duration reserve, Duration workload, Duration shortest) {

  /** What an agent uses unless told otherwise. */
  public static final CertificateLives DEFAULT =
      new CertificateLives(
          Duration.ofDays(3650),
          Duration.ofDays(365),
          Duration.ofDays(30),
          Duration.ofHours(24),
          Duration.ofMinutes(1));

  public CertificateLives {
    if (!shortest.isPositive()
        || workload.compareTo(shortest) < 0
        || reserve.compareTo(workload) <= 0
        || intermediate.compareTo(reserve) <= 0
        || root.compareTo(intermediate) < 0) {
      throw new IllegalArgumentException(
          "lives have to be shortest <= workload < reserve < intermediate <= root");
    }
  }

  /**
   * What clocks may differ by: a minute, or a tenth of a workload's certificate if that is less.
   */
  Duration grace() {
    Duration tenth = workload.dividedBy(10);
    return tenth.compareTo(AuthorityLines.BACKDATE) < 0 ? tenth : AuthorityLines.BACKDATE;
  }

  /** The same with another life of workloads' certificates, less than the reserve. */
  public CertificateLives workload(Duration life) {
    return new CertificateLives(
        root, intermediate, reserve, life, life.compareTo(shortest) < 0 ? life : shortest);
  }
}
