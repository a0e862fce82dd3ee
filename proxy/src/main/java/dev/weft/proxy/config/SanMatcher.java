package dev.weft.proxy.config;

import dev.weft.policy.match.StringMatcher;

/** Accepts one subject alternative name of a type. */
public record SanMatcher(SanType type, StringMatcher matcher) {

  /** The types of {@code SubjectAltNameMatcher} that are understood. */
  public enum SanType {
    DNS,
    URI,
    EMAIL,
    IP_ADDRESS
  }
}
