package dev.weft.proxy.xds.parse;

import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.MetadataMatcherCodec;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.StringMatcherCodec;
import dev.weft.proxy.config.ExtAuthzSettings;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.HeaderMutationRules;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.CheckSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code envoy.filters.http.ext_authz}, in a connection manager and on routes. */
final class ExtAuthzReader {
  /** Bytes of a body that may be held for each request. */
  static final int MOST_BODY = 1024 * 1024;

  private ExtAuthzReader() {}

  static FilterSettings.ExtAuthz read(ExtAuthz proto, Problems problems) {
    if (proto.getTransportApiVersion() != ApiVersion.V3) {
      problems.field("transport_api_version").add("expected V3");
    }
    List<StringMatcher> allowed =
        proto.hasAllowedHeaders()
            ? matchers(proto.getAllowedHeaders(), problems.field("allowed_headers"))
            : null;
    ExtAuthzServiceReader services = new ExtAuthzServiceReader(problems);
    return new FilterSettings.ExtAuthz(
        new ExtAuthzSettings(
            services.read(proto),
            proto.getFailureModeAllow(),
            proto.getFailureModeAllowHeaderAdd(),
            status(proto, problems.field("status_on_error")),
            proto.getClearRouteCache(),
            proto.getIncludeTlsSession(),
            proto.getIncludePeerCertificate(),
            proto.getEncodeRawHeaders(),
            proto.hasDecoderHeaderMutationRules()
                ? mutations(
                    proto.getDecoderHeaderMutationRules(),
                    problems.field("decoder_header_mutation_rules"))
                : null,
            !proto.hasEnableDynamicMetadataIngestion()
                || proto.getEnableDynamicMetadataIngestion().getValue(),
            namespaces(proto.getMetadataContextNamespacesList(), problems),
            services.allowed(proto, allowed),
            matchers(proto.getDisallowedHeaders(), problems.field("disallowed_headers")),
            proto.hasWithRequestBody()
                ? body(proto.getWithRequestBody(), problems.field("with_request_body"))
                : null,
            enabled(proto, problems.field("filter_enabled")),
            proto.hasFilterEnabledMetadata()
                ? MetadataMatcherCodec.decode(
                    proto.getFilterEnabledMetadata(), problems.field("filter_enabled_metadata"))
                : null,
            denyDisabled(proto, problems.field("deny_at_disable"))));
  }

  /** Reads one; what it returns counts only when no problems were added. */
  static FilterSettings.ExtAuthzRoute route(ExtAuthzPerRoute proto, Problems problems) {
    switch (proto.getOverrideCase()) {
      case DISABLED -> {
        if (!proto.getDisabled()) {
          problems.field("disabled").add("must be true");
        }
      }
      case CHECK_SETTINGS -> {
        return settings(proto.getCheckSettings(), problems.field("check_settings"));
      }
      case OVERRIDE_NOT_SET -> problems.add("disabled or check_settings is required");
    }
    return new FilterSettings.ExtAuthzRoute(true, Map.of(), false, null);
  }

  private static FilterSettings.ExtAuthzRoute settings(CheckSettings proto, Problems problems) {
    if (proto.hasWithRequestBody() && proto.getDisableRequestBodyBuffering()) {
      problems.field("with_request_body").add("contradicts disable_request_body_buffering");
    }
    Map<String, String> extensions = new HashMap<>(proto.getContextExtensionsMap());
    if (extensions.size() > 64) {
      problems.field("context_extensions").add("has more than 64 entries");
    }
    return new FilterSettings.ExtAuthzRoute(
        false,
        extensions,
        proto.getDisableRequestBodyBuffering(),
        proto.hasWithRequestBody()
            ? body(proto.getWithRequestBody(), problems.field("with_request_body"))
            : null);
  }

  private static ExtAuthzSettings.Body body(BufferSettings proto, Problems problems) {
    long most = Integer.toUnsignedLong(proto.getMaxRequestBytes());
    return new ExtAuthzSettings.Body(
        Numbers.within(most, 1, MOST_BODY, 1, problems.field("max_request_bytes")),
        proto.getAllowPartialMessage(),
        proto.getPackAsBytes());
  }

  private static HeaderMutationRules mutations(
      io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutationRules proto,
      Problems problems) {
    return new HeaderMutationRules(
        proto.getAllowAllRouting().getValue(),
        proto.getAllowEnvoy().getValue(),
        proto.getDisallowSystem().getValue(),
        proto.getDisallowAll().getValue(),
        proto.hasAllowExpression()
            ? StringMatcherCodec.decodeRegex(
                proto.getAllowExpression(), problems.field("allow_expression"))
            : null,
        proto.hasDisallowExpression()
            ? StringMatcherCodec.decodeRegex(
                proto.getDisallowExpression(), problems.field("disallow_expression"))
            : null,
        proto.getDisallowIsError().getValue());
  }

  private static int status(ExtAuthz proto, Problems problems) {
    return proto.hasStatusOnError()
        ? Numbers.within(
            proto.getStatusOnError().getCodeValue(), 200, 599, 403, problems.field("code"))
        : 403;
  }

  private static Fraction enabled(ExtAuthz proto, Problems problems) {
    return proto.hasFilterEnabled()
        ? RouteMatchReader.fraction(proto.getFilterEnabled(), problems)
        : Fraction.ALL;
  }

  private static boolean denyDisabled(ExtAuthz proto, Problems problems) {
    if (proto.hasDenyAtDisable()) {
      Texts.required(proto.getDenyAtDisable().getRuntimeKey(), problems.field("runtime_key"));
      if (!proto.getDenyAtDisable().hasDefaultValue()) {
        problems.field("default_value").add("is required");
      }
    }
    return proto.getDenyAtDisable().getDefaultValue().getValue();
  }

  private static List<String> namespaces(List<String> names, Problems problems) {
    Problems at = problems.field("metadata_context_namespaces");
    for (int i = 0; i < names.size(); i++) {
      Texts.required(names.get(i), at.item(i));
    }
    return names;
  }

  static List<StringMatcher> matchers(ListStringMatcher list, Problems problems) {
    List<StringMatcher> matchers = new ArrayList<>();
    Problems at = problems.field("patterns");
    if (list.getPatternsCount() > 64) {
      at.add("has more than 64 patterns");
      return matchers;
    }
    for (int i = 0; i < list.getPatternsCount(); i++) {
      @Nullable StringMatcher matcher = StringMatcherCodec.decode(list.getPatterns(i), at.item(i));
      if (matcher != null) {
        matchers.add(matcher);
      }
    }
    return matchers;
  }
}
