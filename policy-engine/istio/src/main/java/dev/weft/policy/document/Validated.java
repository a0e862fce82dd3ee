package dev.weft.policy.document;

import java.util.List;

/** What became of a document. */
public sealed interface Validated<T> {

  record Valid<T>(T value) implements Validated<T> {}

  /**
   * @param problems at least one, in the order of the document where that is known
   */
  record Invalid<T>(List<Problem> problems) implements Validated<T> {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }

  /** Valid if there is no problem. */
  static <T> Validated<T> of(List<Problem> problems, java.util.function.Supplier<T> value) {
    return problems.isEmpty() ? new Valid<>(value.get()) : new Invalid<>(problems);
  }
}
