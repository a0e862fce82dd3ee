package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problem;
import java.util.List;

/** What became of a resource. */
public sealed interface Parsed<T> {
  /** It is understood in full. */
  record Accepted<T>(T value) implements Parsed<T> {}

  /**
   * It is not taken.
   *
   * @param problems at least one, each with its path in the resource
   */
  record Rejected<T>(List<Problem> problems) implements Parsed<T> {
    public Rejected {
      problems = List.copyOf(problems);
    }
  }
}
