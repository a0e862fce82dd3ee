package dev.weft.policy.identity;

import java.util.regex.Pattern;

/**
 * A SPIFFE trust domain name: 1 to 255 characters of {@code [a-z0-9.-_]} (SPIFFE-ID section 2.1).
 */
public record TrustDomain(String name) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9._-]{1,255}");

  public TrustDomain {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a trust domain name: \"" + name + "\"");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
