package dev.weft.bench.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.ca.CertificateAuthority;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.proxy.config.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Calls services that carry no requests, with an identity of the mesh: bytes, and what comes. */
final class BytesCaller {
  private static final String BYTES = "bytes";
  private static final int PATIENCE_MILLIS = 30_000;

  private final SSLContext context;

  /** One whom the cluster's authority vouches for. */
  BytesCaller(CertificateAuthority authority, SpiffeId identity) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    X509Certificate[] chain =
        authority
            .sign(identity, pair.getPublic(), Duration.ofHours(1))
            .chain()
            .toArray(X509Certificate[]::new);
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry("own", pair.getPrivate(), new char[0], chain);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, new char[0]);
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry("root", authority.roots().getFirst());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
  }

  /** Whether they come back; they do not where the connection is closed. */
  boolean passes(HostPort sidecar, String serverName) throws IOException {
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(PATIENCE_MILLIS);
      plain.connect(new InetSocketAddress(sidecar.host(), sidecar.port()), PATIENCE_MILLIS);
      SSLSocket socket =
          (SSLSocket)
              context.getSocketFactory().createSocket(plain, sidecar.host(), sidecar.port(), true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(serverName)));
      socket.setSSLParameters(parameters);
      socket.getOutputStream().write(BYTES.getBytes(UTF_8));
      socket.getOutputStream().flush();
      String answer = new String(socket.getInputStream().readNBytes(BYTES.length()), UTF_8);
      return answer.equals(BYTES);
    } catch (SocketException e) {
      return false;
    }
  }
}
