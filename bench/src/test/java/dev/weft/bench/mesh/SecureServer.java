package dev.weft.bench.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.weft.proxy.tls.TlsMaterial;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;

/**
 * An HTTPS server that knows nothing of a mesh: the JDK's. Answers with the Host that it was asked
 * by and the number of the client's certificate, {@code -} where there is none.
 */
final class SecureServer implements AutoCloseable {
  private static final char[] PASSWORD = "in memory only".toCharArray();

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Serves on a free port of the loopback.
   *
   * @param clients whose certificates are demanded; empty: nobody's
   * @param version of TLS, the only one that is spoken
   */
  SecureServer(TlsMaterial own, Optional<X509Certificate> clients, String version)
      throws IOException, GeneralSecurityException {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context(own, clients)) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters spoken = getSSLContext().getDefaultSSLParameters();
            spoken.setProtocols(new String[] {version});
            spoken.setNeedClientAuth(clients.isPresent());
            parameters.setSSLParameters(spoken);
          }
        });
    server.createContext("/", SecureServer::answer);
    server.setExecutor(threads);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private static SSLContext context(TlsMaterial own, Optional<X509Certificate> clients)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry("own", own.key(), PASSWORD, own.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory identity =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    identity.init(keys, PASSWORD);
    KeyStore believed = KeyStore.getInstance("PKCS12");
    believed.load(null, null);
    believed.setCertificateEntry("root", clients.orElse(own.ownRoots().getFirst()));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(believed);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(identity.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String client = "-";
    try {
      X509Certificate shown =
          (X509Certificate) ((HttpsExchange) exchange).getSSLSession().getPeerCertificates()[0];
      client = shown.getSerialNumber().toString();
    } catch (SSLPeerUnverifiedException e) {
      // None was demanded.
    }
    byte[] body = (exchange.getRequestHeaders().getFirst("host") + " " + client).getBytes(UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
