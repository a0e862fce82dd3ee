package dev.weft.agent.model.validate;

import dev.weft.policy.document.Fields;
import dev.weft.policy.document.HostLiteral;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names and addresses of hosts in documents. Pure. */
final class HostText {
  /** RFC 1123 section 2.1; a last label of digits would be an address gone wrong. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*"
              + "(?=[^.]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private HostText() {}

  /** Whether it is a host's name in lower case. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Whether it is one of the names that the mesh gives to its services. */
  static boolean isOfMesh(String name) {
    return name.equals("mesh") || name.endsWith(".mesh") || name.endsWith(".clusterset.local");
  }

  /** An IP address in its one form (RFC 5952), as names in certificates are compared with it. */
  static Optional<String> literal(String text) {
    return HostLiteral.is(text)
        ? Optional.of(NetUtil.toAddressString(InetAddress.ofLiteral(text)))
        : Optional.empty();
  }

  static String expected(String what, String found) {
    return "expected " + what + ", found \"" + Fields.brief(found) + "\"";
  }
}
