package dev.weft.proxy.oracle;

import com.google.protobuf.Any;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.tls.TlsMaterial;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The identities of all cases: east and west are trusted, north is not, and somebody else calls
 * itself east. West has revoked a certificate, of south's revocations only half is known.
 */
final class OraclePki {

  private static final char[] PASSWORD = "in memory only".toCharArray();

  private final TestPki east = TestPki.of("east.demo");
  private final TestPki west = TestPki.of("west.demo");
  private final TestPki north = TestPki.of("north.demo");
  private final TestPki impostor = TestPki.of("east.demo");
  private final TestPki south = TestPki.of("south.demo");
  private final TlsMaterial revoked = west.svid("default", "revoked");
  private final TlsMaterial own =
      east.issue(
          TestPki.Leaf.ordinary(Instant.now()),
          "spiffe://east.demo/ns/default/sa/payments",
          "dns:api.payments.example",
          "dns:*.wild.example",
          "ip:127.0.0.7",
          "email:ops@payments.example");
  private final Map<String, Path> files = new ConcurrentHashMap<>();
  private final SslContext server = made(ApplicationProtocolConfig.DISABLED);

  private SslContext made(ApplicationProtocolConfig alpn) {
    try {
      return SslContextBuilder.forServer(own.key(), own.chain().toArray(X509Certificate[]::new))
          .applicationProtocolConfig(alpn)
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the proxy under test presents. */
  TlsMaterial own() {
    return own;
  }

  /** What TLS origins present: the same identity. */
  SslContext server() {
    return server;
  }

  /** The same for origins that ask for a client certificate of east. */
  SslContext demanding() {
    try {
      return SslContextBuilder.forServer(own.key(), own.chain().toArray(X509Certificate[]::new))
          .trustManager(east.root())
          .clientAuth(ClientAuth.REQUIRE)
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same for origins that agree on one protocol. */
  SslContext server(String protocol) {
    return made(
        new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            protocol));
  }

  /** The proxy's certificate, for an Envoy. */
  Secret svid() {
    return Secret.newBuilder()
        .setName("svid")
        .setTlsCertificate(
            TlsCertificate.newBuilder()
                .setCertificateChain(inline(pem("CERTIFICATE", encoded(own.chain()))))
                .setPrivateKey(inline(pem("PRIVATE KEY", List.of(own.key().getEncoded())))))
        .build();
  }

  /** The roots of a trust domain, PEM; by the first part of its name. */
  String bundle(String domain) {
    return switch (domain) {
      case "east" -> east.bundlePem();
      case "west" -> west.bundlePem();
      case "north" -> north.bundlePem();
      default -> throw new IllegalStateException("bundle: " + domain);
    };
  }

  /** A file with a bundle, or with the proxy's own certificate or key; gone with the process. */
  Path file(String name) {
    return files.computeIfAbsent(
        name,
        missing -> {
          String text =
              switch (missing) {
                case "own.crt" -> pem("CERTIFICATE", encoded(own.chain()));
                case "own.key" -> pem("PRIVATE KEY", List.of(own.key().getEncoded()));
                default -> bundle(missing.replace(".pem", ""));
              };
          try {
            Path file = Files.createTempFile("weft-oracle-", "-" + missing);
            file.toFile().deleteOnExit();
            return Files.writeString(file, text);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Whom to believe. */
  Secret trustBundles() {
    return Secret.newBuilder()
        .setName("trust-bundles")
        .setValidationContext(
            CertificateValidationContext.newBuilder()
                .setCustomValidatorConfig(
                    TypedExtensionConfig.newBuilder()
                        .setName("envoy.tls.cert_validator.spiffe")
                        .setTypedConfig(
                            Any.pack(
                                SPIFFECertValidatorConfig.newBuilder()
                                    .addTrustDomains(domain("east.demo", east.bundlePem()))
                                    .addTrustDomains(
                                        domain("west.demo", west.bundlePemRevoking(revoked.leaf())))
                                    .addTrustDomains(
                                        domain("south.demo", south.bundlePemWithoutNews()))
                                    .build()))))
        .build();
  }

  private static SPIFFECertValidatorConfig.TrustDomain domain(String name, String pem) {
    return SPIFFECertValidatorConfig.TrustDomain.newBuilder()
        .setName(name)
        .setTrustBundle(inline(pem))
        .build();
  }

  /** A client's context. It believes every server: what is tested is the other side. */
  SSLContext client(String as) {
    return context(
        switch (as) {
          case "orders" -> east.svid("default", "orders");
          case "west" -> west.svid("default", "orders");
          case "stranger" -> north.svid("default", "orders");
          case "impostor" -> impostor.svid("default", "orders");
          case "revoked" -> revoked;
          case "unlisted" -> south.svid("default", "orders");
          case "none" -> null;
          default -> throw new IllegalStateException("as: " + as);
        });
  }

  /** The same for any workload of east or west, by its SPIFFE id. */
  SSLContext caller(String id) {
    TestPki domain = id.startsWith("spiffe://west.demo/") ? west : east;
    return context(domain.issue(TestPki.Leaf.ordinary(Instant.now()), id));
  }

  private static SSLContext context(@Nullable TlsMaterial material) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          material == null ? null : keys(material), new TrustManager[] {new Everyone()}, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyManager[] keys(TlsMaterial material)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own", material.key(), PASSWORD, material.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD);
    return factory.getKeyManagers();
  }

  private static DataSource inline(String text) {
    return DataSource.newBuilder().setInlineString(text).build();
  }

  private static List<byte[]> encoded(List<X509Certificate> chain) {
    return chain.stream()
        .map(certificate -> {
          try {
            return certificate.getEncoded();
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
          }
        })
        .toList();
  }

  private static String pem(String kind, List<byte[]> all) {
    StringBuilder text = new StringBuilder();
    Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    for (byte[] der : all) {
      text.append("-----BEGIN ").append(kind).append("-----\n");
      text.append(lines.encodeToString(der));
      text.append("\n-----END ").append(kind).append("-----\n");
    }
    return text.toString();
  }

  private static final class Everyone implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
