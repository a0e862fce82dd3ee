package dev.weft.policy.istio.decide;

import dev.weft.policy.jwt.Issuers;

/**
 * A token of a request.
 *
 * @param from whose tokens may be there
 * @param place where it is
 */
record FoundToken(String text, Issuers from, Place place) {

  /** Where a token is. */
  sealed interface Place {
    /** A header, lower case. */
    record Header(String name) implements Place {}

    /** A parameter of the query. */
    record Param(String name) implements Place {}

    /** A cookie: taken, never taken away. */
    record Cookie() implements Place {}
  }
}
