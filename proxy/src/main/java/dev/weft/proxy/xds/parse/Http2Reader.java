package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Http2Settings;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import java.time.Duration;

/** {@code Http2ProtocolOptions} of either side. */
final class Http2Reader {
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Http2Settings UNSET = Http2Settings.DEFAULT;

  private Http2Reader() {}

  static Http2Settings read(Http2ProtocolOptions proto, Problems problems) {
    Problems at = problems.field("connection_keepalive");
    KeepaliveSettings keepalive = proto.getConnectionKeepalive();
    Duration timeout = Duration.ZERO;
    if (proto.hasConnectionKeepalive()) {
      timeout =
          Durations.required(keepalive.hasTimeout(), keepalive.getTimeout(), at.field("timeout"));
      if (timeout.compareTo(LEAST) < 0) {
        at.field("timeout").add("must be at least 1ms");
      }
    }
    Duration interval =
        Durations.zeroOrMore(
            keepalive.hasInterval(), keepalive.getInterval(), Duration.ZERO, at.field("interval"));
    if (!interval.isZero() && interval.compareTo(LEAST) < 0) {
      at.field("interval").add("must be at least 1ms");
    }
    return new Http2Settings(
        Numbers.uint32(
            proto.hasMaxConcurrentStreams(),
            proto.getMaxConcurrentStreams(),
            (int) UNSET.maxConcurrentStreams(),
            1,
            Integer.MAX_VALUE,
            problems.field("max_concurrent_streams")),
        Numbers.uint32(
            proto.hasInitialStreamWindowSize(),
            proto.getInitialStreamWindowSize(),
            UNSET.initialStreamWindow(),
            65_535,
            Integer.MAX_VALUE,
            problems.field("initial_stream_window_size")),
        Numbers.uint32(
            proto.hasInitialConnectionWindowSize(),
            proto.getInitialConnectionWindowSize(),
            UNSET.initialConnectionWindow(),
            65_535,
            Integer.MAX_VALUE,
            problems.field("initial_connection_window_size")),
        interval,
        timeout,
        limits(proto, problems));
  }

  private static Http2Settings.Limits limits(Http2ProtocolOptions proto, Problems problems) {
    Http2Settings.Limits unset = Http2Settings.Limits.DEFAULT;
    return new Http2Settings.Limits(
        Numbers.uint32(
            proto.hasMaxOutboundControlFrames(),
            proto.getMaxOutboundControlFrames(),
            unset.controlFrames(),
            1,
            Integer.MAX_VALUE,
            problems.field("max_outbound_control_frames")),
        Numbers.uint32(
            proto.hasMaxConsecutiveInboundFramesWithEmptyPayload(),
            proto.getMaxConsecutiveInboundFramesWithEmptyPayload(),
            (int) unset.emptyFramesInRow(),
            0,
            Integer.MAX_VALUE,
            problems.field("max_consecutive_inbound_frames_with_empty_payload")),
        Numbers.uint32(
            proto.hasMaxInboundPriorityFramesPerStream(),
            proto.getMaxInboundPriorityFramesPerStream(),
            (int) unset.prioritiesPerStream(),
            0,
            Integer.MAX_VALUE,
            problems.field("max_inbound_priority_frames_per_stream")),
        Numbers.uint32(
            proto.hasMaxInboundWindowUpdateFramesPerDataFrameSent(),
            proto.getMaxInboundWindowUpdateFramesPerDataFrameSent(),
            (int) unset.windowUpdatesPerData(),
            1,
            Integer.MAX_VALUE,
            problems.field("max_inbound_window_update_frames_per_data_frame_sent")));
  }
}
