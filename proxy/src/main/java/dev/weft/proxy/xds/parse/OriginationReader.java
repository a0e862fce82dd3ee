package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.ClientCredential;
import dev.weft.proxy.config.Origination;
import dev.weft.proxy.tls.NamedFile;
import dev.weft.proxy.tls.Pem;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards servers outside of the mesh: the client certificate and whom to believe. Files are
 * read when the resource is, as Envoy does; a key is named by its file, so that it is in no
 * resource and no dump of them.
 */
final class OriginationReader {
  private static final int LARGEST = 1 << 20;

  private OriginationReader() {}

  static Origination read(UpstreamTlsContext proto, Problems problems) {
    CommonTlsContext common = proto.getCommonTlsContext();
    Problems at = problems.field("common_tls_context");
    boolean fromSni = proto.getAutoSniSanValidation();
    if (fromSni && !common.hasValidationContext()) {
      problems.field("auto_sni_san_validation").add("needs a validation_context");
    }
    if (fromSni && proto.getSni().isEmpty()) {
      problems.field("auto_sni_san_validation").add("needs sni");
    }
    if (!common.hasValidationContext() && common.getTlsCertificatesCount() == 0) {
      return Origination.NONE;
    }
    byte[] trusted =
        common.hasValidationContext()
            ? trusted(common.getValidationContext(), at.field("validation_context"))
            : new byte[0];
    List<X509Certificate> authorities =
        trusted.length == 0
            ? List.of()
            : certificates(trusted, at.field("validation_context").field("trusted_ca"));
    ClientCredential credential = credential(common, at.field("tls_certificates"));
    return new Origination(credential, authorities, fromSni, digest(trusted, credential));
  }

  private static byte[] trusted(CertificateValidationContext proto, Problems problems) {
    if (!proto.hasTrustedCa()) {
      problems.field("trusted_ca").add("is required");
      return new byte[0];
    }
    return content(proto.getTrustedCa(), problems.field("trusted_ca"));
  }

  private static @Nullable ClientCredential credential(CommonTlsContext proto, Problems problems) {
    int count = proto.getTlsCertificatesCount();
    if (count == 0) {
      return null;
    }
    if (count > 1 || proto.getTlsCertificateSdsSecretConfigsCount() > 0) {
      problems.add("expected one certificate");
    }
    TlsCertificate certificate = proto.getTlsCertificates(0);
    Problems at = problems.item(0);
    if (!certificate.getPrivateKey().hasFilename()) {
      at.field("private_key").field("filename").add("is required");
      return null;
    }
    byte[] chainText = content(certificate.getCertificateChain(), at.field("certificate_chain"));
    byte[] keyText = content(certificate.getPrivateKey(), at.field("private_key"));
    if (chainText.length == 0 || keyText.length == 0) {
      return null;
    }
    List<X509Certificate> chain = certificates(chainText, at.field("certificate_chain"));
    try {
      PrivateKey key = Pem.key(new String(keyText, StandardCharsets.ISO_8859_1));
      if (!chain.isEmpty() && !belong(key, chain.getFirst())) {
        at.field("private_key").add("is not the key of the certificate");
      }
      return chain.isEmpty() ? null : new ClientCredential(key, chain);
    } catch (IllegalArgumentException e) {
      at.field("private_key").add(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static boolean belong(PrivateKey key, X509Certificate certificate) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update((byte) 1);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update((byte) 1);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static List<X509Certificate> certificates(byte[] text, Problems problems) {
    try {
      return Pem.certificates(new String(text, StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  /** Empty when there is none; a problem says why. */
  private static byte[] content(DataSource proto, Problems problems) {
    if (!proto.hasFilename()) {
      byte[] inline = SharedReader.inline(proto, LARGEST, problems);
      if (inline.length == 0) {
        problems.add("is empty");
      }
      return inline;
    }
    return NamedFile.read(proto.getFilename(), LARGEST, problems.field("filename")::add);
  }

  private static String digest(byte[] trusted, @Nullable ClientCredential credential) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(trusted);
      if (credential != null) {
        for (X509Certificate certificate : credential.chain()) {
          digest.update(certificate.getEncoded());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
