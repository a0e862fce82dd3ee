package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Tracing;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.type.v3.Percent;
import org.jspecify.annotations.Nullable;

/** {@code HttpConnectionManager.Tracing}. */
final class TracingReader {
  private TracingReader() {}

  static @Nullable Tracing read(HttpConnectionManager proto, Problems problems) {
    if (!proto.hasTracing()) {
      return null;
    }
    HttpConnectionManager.Tracing tracing = proto.getTracing();
    return new Tracing(
        millionths(
            tracing.hasRandomSampling(),
            tracing.getRandomSampling(),
            problems.field("random_sampling")),
        millionths(
            tracing.hasOverallSampling(),
            tracing.getOverallSampling(),
            problems.field("overall_sampling")));
  }

  private static int millionths(boolean there, Percent percent, Problems problems) {
    double value = there ? percent.getValue() : 100;
    if (!(value >= 0 && value <= 100)) {
      problems.field("value").add("is not from 0 to 100: " + value);
      return 0;
    }
    return (int) Math.round(value * Tracing.ALL / 100);
  }
}
