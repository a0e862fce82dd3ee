package dev.weft.gateway.app;

import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.tls.TlsMaterial;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Calls a server name through a gateway with a certificate, and tells whose certificate it saw. */
final class TlsCaller {

  private static final char[] PASSWORD = "in memory only".toCharArray();

  private final KeyManagerFactory keys;

  TlsCaller(TlsMaterial own) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("own", own.key(), PASSWORD, own.chain().toArray(X509Certificate[]::new));
    keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
  }

  /**
   * An answer.
   *
   * @param certificate the server's
   */
  record Seen(int status, String body, X509Certificate certificate) {}

  /** GETs a path; throws when the connection ends instead. */
  Seen get(HostPort gateway, String serverName, String path) throws IOException {
    try (SSLSocket socket = dial(gateway, serverName);
        RawClient client = new RawClient(socket)) {
      RawClient.Answer answer = client.get(path);
      return new Seen(
          answer.status(),
          answer.body(),
          (X509Certificate) socket.getSession().getPeerCertificates()[0]);
    }
  }

  /** Shakes hands; throws when the connection ends instead. */
  SSLSocket dial(HostPort gateway, String serverName) throws IOException {
    Socket plain = new Socket(gateway.host(), gateway.port());
    plain.setSoTimeout(30_000);
    SSLSocket socket =
        (SSLSocket)
            context().getSocketFactory().createSocket(plain, gateway.host(), gateway.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(serverName)));
    parameters.setProtocols(new String[] {"TLSv1.3"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  // A context of its own for each connection: one that resumes a session of the JDK's sends that
  // session's server name, not its own.
  private SSLContext context() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), new TrustManager[] {new Everyone()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** Believes every server: who it was is what a test looks at. */
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
