package dev.weft.policy.identity;

import java.util.regex.Pattern;

/** What the parts of a mesh name are made of. Pure; throws nothing for any text. */
public final class DnsLabel {

  private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private DnsLabel() {}

  /** Whether it is a lower-case DNS label of at most 63 characters (RFC 1123 section 2.1). */
  public static boolean matches(String text) {
    return FORM.matcher(text).matches();
  }
}
