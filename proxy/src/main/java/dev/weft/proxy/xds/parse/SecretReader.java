package dev.weft.proxy.xds.parse;

import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.svid.RevocationLists;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.tls.Certificates;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code Secret}: trust bundles for SPIFFE validation. */
final class SecretReader {
  private static final int MAX_BUNDLE = 256 * 1024;
  private static final int MAX_ROOTS = 64;
  private static final int MAX_LISTS = 64;
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]*+)-----END CERTIFICATE-----");
  private static final Pattern LIST =
      Pattern.compile("-----BEGIN X509 CRL-----([A-Za-z0-9+/=\\s]*+)-----END X509 CRL-----");

  private SecretReader() {}

  static TrustContext read(Secret proto, Problems problems) {
    Texts.required(proto.getName(), problems.field("name"));
    Map<String, List<byte[]>> bundles = new TreeMap<>();
    Map<String, List<byte[]>> revocations = new TreeMap<>();
    if (!proto.hasValidationContext()) {
      problems.field("validation_context").add("is required");
      return new TrustContext(bundles);
    }
    Problems at = problems.field("validation_context");
    if (proto.getValidationContext().getMatchTypedSubjectAltNamesCount() > 0) {
      at.field("match_typed_subject_alt_names")
          .add("is supported in default_validation_context only");
    }
    if (proto.getValidationContext().hasTrustedCa()) {
      at.field("trusted_ca").add("is supported in a validation_context only");
    }
    at = at.field("custom_validator_config");
    if (!proto.getValidationContext().hasCustomValidatorConfig()) {
      at.add("is required");
      return new TrustContext(bundles);
    }
    at = at.field("typed_config");
    if (!(TypedConfigs.unpack(
            proto.getValidationContext().getCustomValidatorConfig().getTypedConfig())
        instanceof SPIFFECertValidatorConfig spiffe)) {
      at.add("expected a SPIFFECertValidatorConfig");
      return new TrustContext(bundles);
    }
    at = at.field("trust_domains");
    if (spiffe.getTrustDomainsCount() == 0) {
      at.add("needs at least one");
    }
    for (int i = 0; i < spiffe.getTrustDomainsCount(); i++) {
      var domain = spiffe.getTrustDomains(i);
      if (!isTrustDomain(domain.getName())) {
        at.item(i).field("name").add("is not a trust domain: " + Texts.quoted(domain.getName()));
      }
      Problems bundleAt = bundle(domain.getTrustBundle(), at.item(i).field("trust_bundle"));
      byte[] pem = SharedReader.inline(domain.getTrustBundle(), MAX_BUNDLE, bundleAt);
      List<byte[]> roots = roots(pem, bundleAt);
      List<byte[]> lists = lists(pem, bundleAt);
      if (!lists.isEmpty()) {
        revocations.put(domain.getName(), lists);
      }
      if (bundles.putIfAbsent(domain.getName(), roots) != null) {
        at.item(i).field("name").add("is there already: " + Texts.quoted(domain.getName()));
      }
    }
    return new TrustContext(bundles, revocations);
  }

  /** Where what is said of a bundle belongs. */
  private static Problems bundle(DataSource proto, Problems problems) {
    return switch (proto.getSpecifierCase()) {
      case INLINE_BYTES -> problems.field("inline_bytes");
      case INLINE_STRING -> problems.field("inline_string");
      // FieldCheck has reported what is somewhere else.
      case FILENAME, ENVIRONMENT_VARIABLE, SPECIFIER_NOT_SET -> problems;
    };
  }

  private static boolean isTrustDomain(String name) {
    try {
      return !new TrustDomain(name).name().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static List<byte[]> roots(byte[] pem, Problems problems) {
    List<byte[]> roots = new ArrayList<>();
    Matcher blocks = PEM.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    int count = 0;
    while (blocks.find() && count < MAX_ROOTS) {
      addRoot(blocks.group(1), roots, problems.item(count));
      count++;
    }
    if (count == 0) {
      problems.add("holds no PEM certificate");
    } else if (blocks.find()) {
      problems.add("holds more than " + MAX_ROOTS + " certificates");
    }
    return roots;
  }

  private static void addRoot(String base64, List<byte[]> roots, Problems problems) {
    try {
      byte[] der = Base64.getMimeDecoder().decode(base64);
      X509Certificate certificate = Certificates.fromDer(der);
      if (certificate.getBasicConstraints() >= 0) {
        roots.add(certificate.getEncoded());
      } else {
        problems.add("is not a certificate authority");
      }
    } catch (CertificateEncodingException | IllegalArgumentException e) {
      problems.add("is not a certificate");
    }
  }

  /** As an Envoy finds them: between the certificates of the bundle. */
  private static List<byte[]> lists(byte[] pem, Problems problems) {
    List<byte[]> lists = new ArrayList<>();
    Matcher blocks = LIST.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    while (blocks.find()) {
      if (lists.size() == MAX_LISTS) {
        problems.add("holds more than " + MAX_LISTS + " revocation lists");
        return lists;
      }
      try {
        byte[] der = Base64.getMimeDecoder().decode(blocks.group(1));
        RevocationLists.fromDer(der);
        lists.add(der);
      } catch (IllegalArgumentException e) {
        problems.add("holds a revocation list that cannot be read");
      }
    }
    return lists;
  }
}
