package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.HostPort;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;

/** Addresses, sources and headers: what several resources hold. */
final class SharedReader {
  private static final HostPort NOWHERE = new HostPort("0.0.0.0", 0);

  private SharedReader() {}

  /**
   * A literal IP address and port.
   *
   * @param leastPort 0 or 1
   */
  static HostPort address(boolean set, Address proto, int leastPort, Problems problems) {
    if (!set || !proto.hasSocketAddress()) {
      (set ? problems.field("socket_address") : problems).add("is required");
      return NOWHERE;
    }
    Problems at = problems.field("socket_address");
    String host = proto.getSocketAddress().getAddress();
    if (!NetUtil.isValidIpV4Address(host) && !NetUtil.isValidIpV6Address(host)) {
      at.field("address").add("is not an IP address: " + Texts.quoted(host));
      return NOWHERE;
    }
    if (proto.getSocketAddress().getIpv4Compat() && !NetUtil.isValidIpV6Address(host)) {
      at.field("ipv4_compat").add("is for an IPv6 address");
    }
    long port = Integer.toUnsignedLong(proto.getSocketAddress().getPortValue());
    return new HostPort(host, Numbers.within(port, leastPort, 65_535, 0, at.field("port_value")));
  }

  /** The stream that the resource came by. */
  static void ads(boolean set, ConfigSource proto, Problems problems) {
    if (!set || !proto.hasAds()) {
      (set ? problems.field("ads") : problems).add("is required");
    }
    ApiVersion version = proto.getResourceApiVersion();
    if (version != ApiVersion.AUTO && version != ApiVersion.V3) {
      problems
          .field("resource_api_version")
          .add("is not supported: " + proto.getResourceApiVersionValue());
    }
  }

  /**
   * Inline content; empty when there is none or it is somewhere else, which {@link FieldCheck}
   * reports.
   */
  static byte[] inline(DataSource proto, int most, Problems problems) {
    if (proto.hasFilename()) {
      problems.field("filename").add("is not supported");
    }
    byte[] content =
        proto.hasInlineString()
            ? proto.getInlineString().getBytes(StandardCharsets.UTF_8)
            : proto.getInlineBytes().toByteArray();
    if (content.length > most) {
      problems.add("has " + content.length + " bytes, at most " + most);
      return new byte[0];
    }
    return content;
  }
}
