package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.config.HostPort;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

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
      problems.add("socket_address is required");
      return NOWHERE;
    }
    Problems at = problems.field("socket_address");
    String host = proto.getSocketAddress().getAddress();
    if (!NetUtil.isValidIpV4Address(host) && !NetUtil.isValidIpV6Address(host)) {
      at.field("address").add("is not an IP address: " + Texts.quoted(host));
      return NOWHERE;
    }
    long port = Integer.toUnsignedLong(proto.getSocketAddress().getPortValue());
    return new HostPort(host, Numbers.within(port, leastPort, 65_535, 0, at.field("port_value")));
  }

  /** The stream that the resource came by. */
  static void ads(boolean set, ConfigSource proto, Problems problems) {
    if (!set || !proto.hasAds()) {
      problems.add("ads is required");
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

  static List<HeaderValue> headersToAdd(List<HeaderValueOption> protos, Problems problems) {
    List<HeaderValue> headers = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      HeaderValueOption proto = protos.get(i);
      Problems at = problems.item(i);
      String name = Texts.headerName(proto.getHeader().getKey(), at.field("header").field("key"));
      String value = literal(proto.getHeader().getValue(), at.field("header").field("value"));
      boolean append =
          switch (proto.getAppendAction()) {
            case APPEND_IF_EXISTS_OR_ADD -> true;
            case OVERWRITE_IF_EXISTS_OR_ADD -> false;
            case ADD_IF_ABSENT, OVERWRITE_IF_EXISTS, UNRECOGNIZED -> {
              at.field("append_action").add("is not supported: " + proto.getAppendActionValue());
              yield false;
            }
          };
      headers.add(new HeaderValue(name, value, append));
    }
    return headers;
  }

  static List<String> headersToRemove(List<String> names, Problems problems) {
    List<String> headers = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      headers.add(Texts.headerName(names.get(i), problems.item(i)));
    }
    return headers;
  }

  /** Envoy's format strings without commands: {@code %%} is a percent sign. */
  private static String literal(String value, Problems problems) {
    String plain = value.replace("%%", "");
    if (plain.indexOf('%') >= 0) {
      problems.add("command operators are not supported: " + Texts.quoted(value));
    }
    if (value.chars().anyMatch(c -> (c < 0x20 && c != '\t') || c == 0x7f)) {
      problems.add("holds control characters");
    }
    return value.replace("%%", "%");
  }
}
