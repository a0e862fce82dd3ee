package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.RouteTracing;
import dev.weft.proxy.config.SpanTag;
import dev.weft.proxy.config.Tracing;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.type.tracing.v3.CustomTag;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code HttpConnectionManager.Tracing} and {@code envoy.config.route.v3.Tracing}. */
final class TracingReader {
  private static final int MAX_PATH = 8_192;
  private static final int MAX_TAGS = 64;

  private TracingReader() {}

  static @Nullable Tracing read(HttpConnectionManager proto, Problems problems) {
    if (!proto.hasTracing()) {
      return null;
    }
    HttpConnectionManager.Tracing tracing = proto.getTracing();
    return new Tracing(
        new Tracing.Sampling(
            millionths(
                tracing.hasClientSampling(),
                tracing.getClientSampling(),
                problems.field("client_sampling")),
            millionths(
                tracing.hasRandomSampling(),
                tracing.getRandomSampling(),
                problems.field("random_sampling")),
            millionths(
                tracing.hasOverallSampling(),
                tracing.getOverallSampling(),
                problems.field("overall_sampling"))),
        Numbers.uint32(
            tracing.hasMaxPathTagLength(),
            tracing.getMaxPathTagLength(),
            Tracing.MAX_PATH,
            0,
            MAX_PATH,
            problems.field("max_path_tag_length")),
        tags(tracing.getCustomTagsList(), problems.field("custom_tags")),
        tracing.getSpawnUpstreamSpan().getValue(),
        tracing.hasProvider()
            ? receiver(tracing.getProvider(), problems.field("provider").field("typed_config"))
            : null);
  }

  static RouteTracing ofRoute(
      io.envoyproxy.envoy.config.route.v3.Tracing proto, Problems problems) {
    return new RouteTracing(
        new Tracing.Sampling(
            millionths(
                proto.hasClientSampling(),
                proto.getClientSampling(),
                problems.field("client_sampling")),
            millionths(
                proto.hasRandomSampling(),
                proto.getRandomSampling(),
                problems.field("random_sampling")),
            millionths(
                proto.hasOverallSampling(),
                proto.getOverallSampling(),
                problems.field("overall_sampling"))),
        tags(proto.getCustomTagsList(), problems.field("custom_tags")));
  }

  private static int millionths(boolean there, FractionalPercent share, Problems problems) {
    if (!there) {
      return Tracing.ALL;
    }
    Fraction fraction = RouteMatchReader.fraction(share, problems);
    // A million is a multiple of each denominator.
    return fraction.numerator() * (Tracing.ALL / fraction.denominator());
  }

  private static int millionths(boolean there, Percent percent, Problems problems) {
    double value = there ? percent.getValue() : 100;
    if (!(value >= 0 && value <= 100)) {
      problems.field("value").add("is not from 0 to 100: " + value);
      return 0;
    }
    return (int) Math.round(value * Tracing.ALL / 100);
  }

  private static List<SpanTag> tags(List<CustomTag> protos, Problems problems) {
    if (protos.size() > MAX_TAGS) {
      problems.add("are more than " + MAX_TAGS);
    }
    List<SpanTag> tags = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < protos.size(); i++) {
      SpanTag tag = tag(protos.get(i), problems.item(i));
      if (tag != null) {
        if (!names.add(tag.name())) {
          problems.item(i).field("tag").add("is there twice: " + Texts.quoted(tag.name()));
        }
        tags.add(tag);
      }
    }
    return tags;
  }

  private static @Nullable SpanTag tag(CustomTag proto, Problems problems) {
    String name = Texts.required(proto.getTag(), problems.field("tag"));
    return switch (proto.getTypeCase()) {
      case LITERAL ->
          new SpanTag.Literal(
              name,
              Texts.required(
                  proto.getLiteral().getValue(), problems.field("literal").field("value")));
      case REQUEST_HEADER ->
          new SpanTag.Header(
              name,
              Texts.required(
                      proto.getRequestHeader().getName(),
                      problems.field("request_header").field("name"))
                  .toLowerCase(java.util.Locale.ROOT),
              proto.getRequestHeader().getDefaultValue());
      case ENVIRONMENT ->
          new SpanTag.Environment(
              name,
              Texts.required(
                  proto.getEnvironment().getName(), problems.field("environment").field("name")),
              proto.getEnvironment().getDefaultValue());
      // FieldCheck has reported it.
      case METADATA -> null;
      case TYPE_NOT_SET -> {
        problems.add("literal, request_header or environment is required");
        yield null;
      }
    };
  }

  private static Tracing.@Nullable Receiver receiver(
      io.envoyproxy.envoy.config.trace.v3.Tracing.Http proto, Problems problems) {
    if (!(TypedConfigs.unpack(proto.getTypedConfig()) instanceof OpenTelemetryConfig config)) {
      problems.add("expected an OpenTelemetryConfig");
      return null;
    }
    GrpcService service = config.getGrpcService();
    if (service.hasEnvoyGrpc()) {
      problems.field("grpc_service").field("envoy_grpc").add("is not supported for spans");
    }
    if (service.hasTimeout()) {
      problems.field("grpc_service").field("timeout").add("is not supported for spans");
    }
    if (service.getInitialMetadataCount() > 0) {
      problems.field("grpc_service").field("initial_metadata").add("is not supported for spans");
    }
    Problems at = problems.field("grpc_service").field("google_grpc");
    GrpcService.GoogleGrpc grpc = service.getGoogleGrpc();
    Texts.required(grpc.getStatPrefix(), at.field("stat_prefix"));
    try {
      return new Tracing.Receiver(HostPort.parse(grpc.getTargetUri()), config.getServiceName());
    } catch (IllegalArgumentException e) {
      at.field("target_uri").add(String.valueOf(e.getMessage()));
      return null;
    }
  }
}
