package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.Origination;
import dev.weft.proxy.tls.TestPki;
import dev.weft.proxy.tls.TlsMaterial;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of certificates and keys, good and bad. */
class OriginationReaderTest {
  private static final TestPki BANK = TestPki.of("bank.example");
  private static final TlsMaterial OWN = BANK.svid("default", "shop");

  @TempDir private Path directory;
  private final Problems problems = Problems.at("tls");

  @BeforeEach
  void write() throws IOException, GeneralSecurityException {
    Files.writeString(directory.resolve("ca.pem"), BANK.bundlePem());
    Files.writeString(directory.resolve("own.crt"), pem("CERTIFICATE", OWN.leaf().getEncoded()));
    Files.writeString(directory.resolve("own.key"), pem("PRIVATE KEY", OWN.key().getEncoded()));
    Files.writeString(
        directory.resolve("other.key"),
        pem("PRIVATE KEY", TestPki.newKey().getPrivate().getEncoded()));
    Files.writeString(directory.resolve("broken.key"), "-----BEGIN PRIVATE KEY-----\nsecret\n");
    Files.writeString(directory.resolve("empty"), "");
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private DataSource file(String name) {
    return DataSource.newBuilder().setFilename(directory.resolve(name).toString()).build();
  }

  private Origination read(String ca, String certificate, DataSource key) {
    return OriginationReader.read(
        UpstreamTlsContext.newBuilder()
            .setCommonTlsContext(
                CommonTlsContext.newBuilder()
                    .setValidationContext(
                        CertificateValidationContext.newBuilder().setTrustedCa(file(ca)))
                    .addTlsCertificates(
                        TlsCertificate.newBuilder()
                            .setCertificateChain(file(certificate))
                            .setPrivateKey(key)))
            .build(),
        problems);
  }

  @Test
  void filesAreReadAndKeysAreNotTold() {
    Origination read = read("ca.pem", "own.crt", file("own.key"));
    assertThat(problems.found()).isEmpty();
    assertThat(read.authorities()).containsExactly(BANK.root());
    assertThat(read.credential()).isNotNull();
    assertThat(read.credential().key()).isEqualTo(OWN.key());
    assertThat(read + " " + read.credential())
        .doesNotContain(Base64.getEncoder().encodeToString(OWN.key().getEncoded()).substring(0, 9));
    // What is the same makes no new contexts.
    assertThat(read("ca.pem", "own.crt", file("own.key"))).isEqualTo(read);
  }

  @Test
  void mistakesAreToldWithTheirFieldAndWithoutTheirContent() {
    read("missing", "own.crt", file("own.key"));
    read("empty", "own.crt", file("own.key"));
    read("own.key", "own.crt", file("own.key"));
    read("ca.pem", "own.crt", file("other.key"));
    read("ca.pem", "own.crt", file("broken.key"));
    read("ca.pem", "own.crt", DataSource.newBuilder().setInlineString("secret").build());
    assertThat(problems.found().toString())
        .contains(
            "trusted_ca.filename: cannot be read: there is no such file",
            "trusted_ca.filename: names a file that is empty",
            "trusted_ca: holds no PEM certificate",
            "private_key: is not the key of the certificate",
            "private_key: holds 0 PRIVATE KEY blocks",
            "private_key.filename: is required")
        .doesNotContain("secret");
  }

  @Test
  void callersAreCheckedByTheMeshsOwnBundles() {
    TlsReader.downstream(
        TransportSocket.newBuilder()
            .setTypedConfig(
                Any.pack(
                    DownstreamTlsContext.newBuilder()
                        .setCommonTlsContext(
                            CommonTlsContext.newBuilder()
                                .setValidationContext(
                                    CertificateValidationContext.newBuilder()
                                        .setTrustedCa(file("ca.pem"))))
                        .build()))
            .build(),
        problems);
    assertThat(problems.found().toString()).contains("are for upstreams only");
  }
}
