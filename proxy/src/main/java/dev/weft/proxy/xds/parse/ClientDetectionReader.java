package dev.weft.proxy.xds.parse;

import dev.weft.policy.match.CidrRange;
import dev.weft.policy.xds.CidrRangeCodec;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.ClientDetection;
import dev.weft.proxy.config.ClientDetection.Forwarded;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.xff.v3.XffConfig;
import java.util.ArrayList;
import java.util.List;

/** Who is believed to be a request's client. */
final class ClientDetectionReader {
  private static final int MAX_HOPS = 100;
  private static final int MAX_DETECTORS = 16;
  private static final int MAX_RANGES = 64;

  private ClientDetectionReader() {}

  static ClientDetection read(HttpConnectionManager proto, Problems problems) {
    boolean edge = proto.getUseRemoteAddress().getValue();
    int hops =
        Numbers.within(
            Integer.toUnsignedLong(proto.getXffNumTrustedHops()),
            0,
            MAX_HOPS,
            0,
            problems.field("xff_num_trusted_hops"));
    List<Forwarded> detectors = new ArrayList<>();
    Problems at = problems.field("original_ip_detection_extensions");
    int count = proto.getOriginalIpDetectionExtensionsCount();
    if (count > 0 && (edge || hops > 0)) {
      at.add("is not possible beside use_remote_address and xff_num_trusted_hops");
    }
    if (count > MAX_DETECTORS) {
      at.add("has " + count + ", expected at most " + MAX_DETECTORS);
    }
    for (int i = 0; i < count; i++) {
      var extension = proto.getOriginalIpDetectionExtensions(i);
      Problems typed = at.item(i).field("typed_config");
      if (TypedConfigs.unpack(extension.getTypedConfig()) instanceof XffConfig xff) {
        detectors.add(forwarded(xff, typed));
      } else {
        typed.add("expected an XffConfig");
      }
    }
    if (count == 0) {
      detectors.add(new Forwarded(hops, List.of(), false));
    }
    return new ClientDetection(
        edge,
        edge ? hops : 0,
        edge && !proto.getSkipXffAppend(),
        edge ? List.of() : detectors,
        ranges(
            proto.getInternalAddressConfig().getCidrRangesList(),
            problems.field("internal_address_config").field("cidr_ranges")),
        edge && proto.getPreserveExternalRequestId());
  }

  private static Forwarded forwarded(XffConfig proto, Problems problems) {
    int hops =
        Numbers.within(
            Integer.toUnsignedLong(proto.getXffNumTrustedHops()),
            0,
            MAX_HOPS,
            0,
            problems.field("xff_num_trusted_hops"));
    if (hops > 0 && proto.hasXffTrustedCidrs()) {
      problems.field("xff_trusted_cidrs").add("is not possible beside xff_num_trusted_hops");
    }
    return new Forwarded(
        hops,
        ranges(
            proto.getXffTrustedCidrs().getCidrsList(),
            problems.field("xff_trusted_cidrs").field("cidrs")),
        proto.hasSkipXffAppend() && !proto.getSkipXffAppend().getValue());
  }

  private static List<CidrRange> ranges(
      List<io.envoyproxy.envoy.config.core.v3.CidrRange> protos, Problems problems) {
    List<CidrRange> ranges = new ArrayList<>();
    if (protos.size() > MAX_RANGES) {
      problems.add("has " + protos.size() + ", expected at most " + MAX_RANGES);
    }
    for (int i = 0; i < protos.size(); i++) {
      CidrRange range = CidrRangeCodec.decode(protos.get(i), problems.item(i));
      if (range != null) {
        ranges.add(range);
      }
    }
    return ranges;
  }
}
