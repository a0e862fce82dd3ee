package dev.weft.proxy.http.filter.authz;

import dev.weft.proxy.config.HeaderMutationRules;
import dev.weft.proxy.config.HeaderMutationRules.Change;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of the changes to a request that one answer asks for are made. Loop-confined. */
final class RequestMutations {
  static final AuthorizationAnswer.Invalid MISTAKE =
      new AuthorizationAnswer.Invalid("a change of a header that may not be changed");

  private final @Nullable HeaderMutationRules rules;
  private boolean mistake;

  /**
   * @param rules {@code null}: all are made
   */
  RequestMutations(@Nullable HeaderMutationRules rules) {
    this.rules = rules;
  }

  /**
   * Whether this one is.
   *
   * @param name in lower case
   */
  boolean take(Change change, String name) {
    if (rules == null || rules.allow(change, name)) {
      return true;
    }
    mistake |= rules.error();
    return false;
  }

  /** Those of the names that go. */
  List<String> removed(List<String> names) {
    if (rules == null) {
      return names;
    }
    List<String> removed = new ArrayList<>();
    for (String name : names) {
      // To remove what cannot be there is nothing, and no mistake either.
      boolean possible = name.startsWith(":") || AuthorizationAnswer.isName(name);
      if (possible && take(Change.REMOVE, name)) {
        removed.add(name);
      }
    }
    return removed;
  }

  /** Whether a change was asked for that makes the whole answer a mistake. */
  boolean isMistake() {
    return mistake;
  }
}
