package dev.weft.policy.document;

import java.net.InetAddress;
import java.util.regex.Pattern;

/** Tells addresses from names where a document may have either. Pure. */
public final class HostLiteral {
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  private HostLiteral() {}

  /** Whether it is an IP address, which needs no look-up; without a zone. */
  public static boolean is(String host) {
    if (!IPV4.matcher(host).matches() && (host.indexOf(':') < 0 || host.indexOf('%') >= 0)) {
      return false;
    }
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
