package dev.weft.policy.xds;

import com.google.protobuf.UInt32Value;
import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.IpAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.core.v3.CidrRange}. */
public final class CidrRangeCodec {

  private CidrRangeCodec() {}

  /** Reads one; {@code null} when problems were added. */
  public static @Nullable CidrRange decode(
      io.envoyproxy.envoy.config.core.v3.CidrRange proto, Problems problems) {
    int before = problems.count();
    problems.refuseAllBut(proto, Set.of("address_prefix", "prefix_len"));
    IpAddress address = IpAddress.parse(proto.getAddressPrefix());
    if (address == null) {
      problems.field("address_prefix").add("is not an IP address");
    }
    int length = proto.getPrefixLen().getValue();
    if (length < 0 || length > 128) {
      problems.field("prefix_len").add("must be at most 128");
    }
    return address == null || problems.count() != before ? null : new CidrRange(address, length);
  }

  /** Writes one. */
  static io.envoyproxy.envoy.config.core.v3.CidrRange encode(CidrRange range) {
    return io.envoyproxy.envoy.config.core.v3.CidrRange.newBuilder()
        .setAddressPrefix(range.base().toString())
        .setPrefixLen(UInt32Value.of(range.length()))
        .build();
  }
}
