package dev.weft.agent.policycases;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.ca.CertificateAuthority;
import dev.weft.agent.compile.secret.TrustBundles;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Certificates of callers of two clusters, and of the sidecar that they call. */
final class TestIdentities {
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final TrustDomain WEST = new TrustDomain("west.demo");
  private static final Duration LIFE = Duration.ofHours(1);

  private final Map<TrustDomain, CertificateAuthority> authorities = new HashMap<>();
  private final Map<String, SSLContext> contexts = new HashMap<>();

  TestIdentities(Path directory) throws Exception {
    for (TrustDomain domain : List.of(EAST, WEST)) {
      authorities.put(
          domain,
          CertificateAuthority.open(
              directory.resolve(domain.name()),
              domain,
              InstantSource.system(),
              new SecureRandom()));
    }
  }

  /** What a sidecar holds itself, and what it would be sent. */
  List<Secret> secrets() throws Exception {
    KeyPair key = key();
    CertificateAuthority east = authorities.get(EAST);
    var chain =
        east.sign(SpiffeId.parse("spiffe://east.demo/ns/foo/sa/httpbin"), key.getPublic(), LIFE);
    return List.of(
        Secret.newBuilder()
            .setName("svid")
            .setTlsCertificate(
                TlsCertificate.newBuilder()
                    .setCertificateChain(text(pem(chain.chain())))
                    .setPrivateKey(text(block("PRIVATE KEY", key.getPrivate().getEncoded()))))
            .build(),
        TrustBundles.compile(
            new TrustBundles.Slice(
                Map.of(
                    EAST, pem(east.roots()),
                    WEST, pem(authorities.get(WEST).roots())))));
  }

  /** A caller that trusts everybody. */
  SSLContext caller(String identity) throws Exception {
    SSLContext known = contexts.get(identity);
    if (known != null) {
      return known;
    }
    SpiffeId id = SpiffeId.parse(identity);
    KeyPair key = key();
    List<X509Certificate> chain =
        authorities.get(id.trustDomain()).sign(id, key.getPublic(), LIFE).chain();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("svid", key.getPrivate(), new char[0], chain.toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), new TrustManager[] {new Anybody()}, null);
    contexts.put(identity, context);
    return context;
  }

  private static KeyPair key() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static DataSource text(String text) {
    return DataSource.newBuilder().setInlineString(text).build();
  }

  private static String pem(List<X509Certificate> chain) {
    return chain.stream()
        .map(certificate -> {
          try {
            return block("CERTIFICATE", certificate.getEncoded());
          } catch (java.security.cert.CertificateEncodingException e) {
            throw new AssertionError(e);
          }
        })
        .collect(Collectors.joining());
  }

  private static String block(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(UTF_8)).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /** Who is called is not what these tests are about. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
