package dev.weft.policy.authz;

import org.jspecify.annotations.Nullable;

/** The headers of a request, as rules see them. */
@FunctionalInterface
public interface Headers {

  /** No request: only the connection is known. */
  Headers NONE = name -> null;

  /**
   * A header's value.
   *
   * @param name lower case; pseudo-headers ({@code :method}, {@code :path}, {@code :authority})
   *     with their colon
   * @return several values joined by a comma; {@code null}: the header is missing
   */
  @Nullable String get(String name);
}
