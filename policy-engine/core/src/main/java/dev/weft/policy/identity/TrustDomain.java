package dev.weft.policy.identity;

import java.util.regex.Pattern;

/**
 * A SPIFFE trust domain name: 1 to 255 characters of {@code [a-z0-9.-_]} (SPIFFE-ID section 2.1).
 */
public record TrustDomain(String name) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9._-]{1,255}");

  public TrustDomain {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a trust domain name: " + quote(name));
    }
  }

  /** The prefix of every SPIFFE id of this trust domain, with its closing slash. */
  public String idPrefix() {
    return "spiffe://" + name + "/";
  }

  @Override
  public String toString() {
    return name;
  }

  // What is quoted may come from a peer's certificate: short, and nothing that ends a line of a
  // log.
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < Math.min(text.length(), 128); i++) {
      char c = text.charAt(i);
      quoted.append(Character.isISOControl(c) ? '?' : c);
    }
    return quoted.append(text.length() > 128 ? "…\"" : "\"").toString();
  }
}
