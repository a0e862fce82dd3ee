package dev.weft.proxy.config;

import org.jspecify.annotations.Nullable;

/**
 * What a route changes in the target of a request. The query stays.
 *
 * @param path {@code null}: it stays
 * @param host {@code null}: it stays
 * @param appendForwardedHost whether a host that was replaced is added to {@code x-forwarded-host}
 */
public record Rewrite(@Nullable Path path, @Nullable Host host, boolean appendForwardedHost) {
  public static final Rewrite NONE = new Rewrite(null, null, false);

  /** Of the path. */
  public sealed interface Path {
    /** Replaces what the route matched: a prefix, or the whole path of other matches. */
    record Matched(String with) implements Path {}

    /** Replaces each match of a pattern. */
    record Regex(RegexSubstitution substitution) implements Path {}

    /** Writes the variables of the path template that matched. */
    record Template(RegexSubstitution substitution) implements Path {}
  }

  /** Of the Host. */
  public sealed interface Host {
    /** Always the same. */
    record Literal(String host) implements Host {}

    /** The value of a request header; stays where that is missing or no host. */
    record FromHeader(String name) implements Host {}

    /** Made of the path without its query; stays where that gives no host. */
    record FromPath(RegexSubstitution substitution) implements Host {}
  }
}
