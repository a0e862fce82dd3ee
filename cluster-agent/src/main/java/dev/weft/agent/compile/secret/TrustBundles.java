package dev.weft.agent.compile.secret;

import com.google.protobuf.ByteString;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The one secret that is sent, {@code trust-bundles}: the roots of each trust domain, never
 * concatenated, so that a peer's authority can vouch for its own trust domain only. The node's own
 * certificate, {@code svid}, is the node's and is only referred to.
 */
public final class TrustBundles {
  /** Its name. */
  public static final String NAME = "trust-bundles";

  private static final String OWN_CERTIFICATE = "svid";

  /** The hybrid holds against who records now and decrypts later; the other is for ends without. */
  private static final List<String> GROUPS = List.of("X25519MLKEM768", "X25519");

  private TrustBundles() {}

  /**
   * What the secret depends on.
   *
   * @param pem PEM certificates by trust domain
   */
  public record Slice(Map<TrustDomain, String> pem) {
    public Slice {
      pem = Map.copyOf(pem);
    }

    /** PEM from DER. */
    public static String pem(List<byte[]> certificates) {
      return pem("CERTIFICATE", certificates);
    }

    /** The same with revocation lists behind: an Envoy looks for them in the bundle. */
    public static String pem(List<byte[]> certificates, List<byte[]> revocationLists) {
      return pem(certificates) + pem("X509 CRL", revocationLists);
    }

    private static String pem(String label, List<byte[]> encoded) {
      StringBuilder pem = new StringBuilder();
      for (byte[] der : encoded) {
        pem.append("-----BEGIN ")
            .append(label)
            .append("-----\n")
            .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der))
            .append("\n-----END ")
            .append(label)
            .append("-----\n");
      }
      return pem.toString();
    }
  }

  public static Secret compile(Slice slice) {
    SPIFFECertValidatorConfig.Builder spiffe = SPIFFECertValidatorConfig.newBuilder();
    Map<String, String> sorted = new TreeMap<>();
    slice.pem().forEach((domain, pem) -> sorted.put(domain.name(), pem));
    sorted.forEach((domain, pem) ->
        spiffe.addTrustDomains(
            SPIFFECertValidatorConfig.TrustDomain.newBuilder()
                .setName(domain)
                .setTrustBundle(
                    DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8(pem)))));
    return Secret.newBuilder()
        .setName(NAME)
        .setValidationContext(
            CertificateValidationContext.newBuilder()
                .setCustomValidatorConfig(
                    Wire.extension("envoy.tls.cert_validator.spiffe", spiffe.build())))
        .build();
  }

  /** TLS 1.3, the node's own certificate, and any peer that the bundles vouch for. */
  public static CommonTlsContext.Builder anyPeer() {
    return common(CertificateValidationContext.getDefaultInstance());
  }

  /** The same, and the peer has to be exactly this one. */
  public static CommonTlsContext.Builder exactly(SpiffeId peer) {
    return common(
        CertificateValidationContext.newBuilder()
            .addMatchTypedSubjectAltNames(
                SubjectAltNameMatcher.newBuilder()
                    .setSanType(SubjectAltNameMatcher.SanType.URI)
                    .setMatcher(StringMatcher.newBuilder().setExact(peer.uri())))
            .build());
  }

  private static CommonTlsContext.Builder common(CertificateValidationContext peer) {
    return CommonTlsContext.newBuilder()
        .setTlsParams(
            TlsParameters.newBuilder()
                .addAllEcdhCurves(GROUPS)
                .setTlsMinimumProtocolVersion(TlsProtocol.TLSv1_3)
                .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_3))
        .addTlsCertificateSdsSecretConfigs(SdsSecretConfig.newBuilder().setName(OWN_CERTIFICATE))
        .setCombinedValidationContext(
            CombinedCertificateValidationContext.newBuilder()
                .setDefaultValidationContext(peer)
                .setValidationContextSdsSecretConfig(
                    SdsSecretConfig.newBuilder().setName(NAME).setSdsConfig(Wire.ads())));
  }
}
