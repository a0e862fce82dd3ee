package dev.weft.proxy.xds.parse;

import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.xds.Problems;
import dev.weft.policy.xds.StringMatcherCodec;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.SanMatcher.SanType;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.tls.KeyExchange;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Transport sockets: the TLS contexts of both directions. */
final class TlsReader {
  private static final String TLS_1_2 = "TLSv1.2";
  private static final String TLS_1_3 = "TLSv1.3";
  private static final String OWN = "svid";
  private static final int MAX_NAMES = 1024;

  private TlsReader() {}

  /** TLS towards a peer that dialled us; {@code null}: plaintext. */
  static @Nullable DownstreamTls downstream(TransportSocket proto, Problems problems) {
    Problems at = problems.field("typed_config");
    return switch (TypedConfigs.unpack(proto.getTypedConfig())) {
      case RawBuffer raw -> null;
      case DownstreamTlsContext context -> {
        TlsParams params =
            params(context.hasCommonTlsContext(), context.getCommonTlsContext(), TLS_1_3, at);
        if (context.getCommonTlsContext().getTlsCertificatesCount() > 0
            || context.getCommonTlsContext().hasValidationContext()) {
          at.field("common_tls_context")
              .add("tls_certificates and validation_context are for upstreams only");
        }
        boolean required = context.getRequireClientCertificate().getValue();
        if (required && params.validationSecret().isEmpty()) {
          at.field("require_client_certificate").add("needs a validation context");
        }
        if (params.certificateSecret().isEmpty()) {
          at.field("common_tls_context")
              .field("tls_certificate_sds_secret_configs")
              .add("is required");
        }
        yield new DownstreamTls(params, required);
      }
      case null, default -> {
        at.add("expected a DownstreamTlsContext or a RawBuffer");
        yield null;
      }
    };
  }

  /** TLS towards a peer that we dial; {@code null}: plaintext. */
  static @Nullable UpstreamTls upstream(TransportSocket proto, Problems problems) {
    Problems at = problems.field("typed_config");
    return switch (TypedConfigs.unpack(proto.getTypedConfig())) {
      case RawBuffer raw -> null;
      case UpstreamTlsContext context -> {
        if (context.getSni().length() > 255) {
          at.field("sni").add("is longer than 255 characters");
        }
        yield new UpstreamTls(
            params(context.hasCommonTlsContext(), context.getCommonTlsContext(), TLS_1_2, at),
            context.getSni(),
            OriginationReader.read(context, at));
      }
      case null, default -> {
        at.add("expected an UpstreamTlsContext or a RawBuffer");
        yield null;
      }
    };
  }

  private static TlsParams params(
      boolean set, CommonTlsContext proto, String highestWhenUnset, Problems problems) {
    Problems at = problems.field("common_tls_context");
    if (!set) {
      at.add("is required");
    }
    Problems versions = at.field("tls_params");
    String least =
        version(
            proto.getTlsParams().getTlsMinimumProtocolVersion(),
            TLS_1_2,
            versions.field("tls_minimum_protocol_version"));
    String most =
        version(
            proto.getTlsParams().getTlsMaximumProtocolVersion(),
            highestWhenUnset,
            versions.field("tls_maximum_protocol_version"));
    if (least.compareTo(most) > 0) {
      versions.add("tls_minimum_protocol_version is above tls_maximum_protocol_version");
    }
    return new TlsParams(
        least,
        most,
        proto.getAlpnProtocolsList(),
        certificate(proto, at.field("tls_certificate_sds_secret_configs")),
        validation(proto, at),
        proto.hasValidationContext()
            ? names(proto.getValidationContext(), true, at.field("validation_context"))
            : names(
                proto.getCombinedValidationContext().getDefaultValidationContext(),
                false,
                at.field("combined_validation_context").field("default_validation_context")),
        groups(proto, versions.field("ecdh_curves")));
  }

  private static List<String> groups(CommonTlsContext proto, Problems problems) {
    List<String> names = proto.getTlsParams().getEcdhCurvesList();
    for (int i = 0; i < names.size(); i++) {
      if (!KeyExchange.NAMES.contains(names.get(i))) {
        problems.item(i).add("is none of " + KeyExchange.NAMES);
      }
    }
    return names;
  }

  private static String version(TlsProtocol proto, String whenUnset, Problems problems) {
    return switch (proto) {
      case TLS_AUTO -> whenUnset;
      case TLSv1_2 -> TLS_1_2;
      case TLSv1_3 -> TLS_1_3;
      case TLSv1_0, TLSv1_1, UNRECOGNIZED -> {
        problems.add("is not supported");
        yield TLS_1_2;
      }
    };
  }

  private static String certificate(CommonTlsContext proto, Problems problems) {
    int count = proto.getTlsCertificateSdsSecretConfigsCount();
    if (count == 0) {
      return "";
    }
    if (count > 1) {
      problems.add("has " + count + " certificates, expected one");
    }
    String name = secret(proto.getTlsCertificateSdsSecretConfigs(0), problems.item(0));
    if (!name.isEmpty() && !name.equals(OWN)) {
      problems
          .item(0)
          .field("name")
          .add("only the node's own certificate, \"" + OWN + "\", is supported");
    }
    return name;
  }

  private static String secret(SdsSecretConfig proto, Problems problems) {
    if (proto.hasSdsConfig()) {
      SharedReader.ads(true, proto.getSdsConfig(), problems.field("sds_config"));
    }
    return Texts.required(proto.getName(), problems.field("name"));
  }

  private static String validation(CommonTlsContext proto, Problems problems) {
    return switch (proto.getValidationContextTypeCase()) {
      case VALIDATION_CONTEXT_SDS_SECRET_CONFIG ->
          secret(
              proto.getValidationContextSdsSecretConfig(),
              problems.field("validation_context_sds_secret_config"));
      case COMBINED_VALIDATION_CONTEXT -> {
        Problems at =
            problems
                .field("combined_validation_context")
                .field("validation_context_sds_secret_config");
        if (!proto.getCombinedValidationContext().hasValidationContextSdsSecretConfig()) {
          at.add("is required");
          yield "";
        }
        yield secret(
            proto.getCombinedValidationContext().getValidationContextSdsSecretConfig(), at);
      }
      case VALIDATIONCONTEXTTYPE_NOT_SET -> "";
      // FieldCheck has reported the others already.
      case VALIDATION_CONTEXT,
          VALIDATION_CONTEXT_CERTIFICATE_PROVIDER,
          VALIDATION_CONTEXT_CERTIFICATE_PROVIDER_INSTANCE ->
          "";
    };
  }

  /**
   * @param own whether the message says itself whom to believe
   */
  private static List<SanMatcher> names(
      CertificateValidationContext proto, boolean own, Problems problems) {
    if (proto.hasTrustedCa() && !own) {
      problems.field("trusted_ca").add("is supported in a validation_context only");
    }
    if (proto.hasCustomValidatorConfig()) {
      problems.field("custom_validator_config").add("is supported in a secret only");
    }
    List<SanMatcher> names = new ArrayList<>();
    if (proto.getMatchTypedSubjectAltNamesCount() > MAX_NAMES) {
      problems.field("match_typed_subject_alt_names").add("has more than " + MAX_NAMES);
    }
    for (int i = 0; i < proto.getMatchTypedSubjectAltNamesCount(); i++) {
      var name = proto.getMatchTypedSubjectAltNames(i);
      Problems at = problems.field("match_typed_subject_alt_names").item(i);
      SanType type =
          switch (name.getSanType()) {
            case DNS -> SanType.DNS;
            case URI -> SanType.URI;
            case EMAIL -> SanType.EMAIL;
            case IP_ADDRESS -> SanType.IP_ADDRESS;
            case SAN_TYPE_UNSPECIFIED, OTHER_NAME, UNRECOGNIZED -> {
              at.field("san_type").add("is not supported: " + name.getSanTypeValue());
              yield SanType.URI;
            }
          };
      StringMatcher matcher = StringMatcherCodec.decode(name.getMatcher(), at.field("matcher"));
      if (matcher != null) {
        names.add(new SanMatcher(type, matcher));
      }
    }
    return names;
  }
}
