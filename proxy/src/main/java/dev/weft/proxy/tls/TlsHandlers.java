package dev.weft.proxy.tls;

import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.svid.JdkTickets;
import dev.weft.policy.svid.RevocationLists;
import dev.weft.proxy.config.ClientCredential;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.Origination;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.config.UpstreamTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * TLS handlers from what is known at the moment of a handshake: the node's certificate and the
 * trust contexts. BoringSSL where it is to be had, else the JDK's. Thread-safe: every worker asks
 * the same one. A change of certificate or trust replaces all contexts at once; connections that
 * exist keep theirs, handshakes that have begun end with the one that they began with.
 *
 * <p>Sessions are never resumed: with TLS 1.3 a resumed handshake presents no certificate, and each
 * connection has to be checked against the bundles of today.
 */
public final class TlsHandlers {
  private static final Logger LOG = Logger.getLogger(TlsHandlers.class);

  static {
    NoRenegotiation.apply();
    JdkTickets.turnOff();
  }

  private final InstantSource clock;
  private final SslProvider provider;
  private volatile Generation current = new Generation(null, Map.of());

  public TlsHandlers(InstantSource clock) {
    this(clock, OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
  }

  /** With a given engine. */
  public TlsHandlers(InstantSource clock, SslProvider provider) {
    this.clock = clock;
    this.provider = provider;
  }

  private sealed interface Key {
    record Server(DownstreamTls tls) implements Key {}

    /**
     * @param name that the certificate has to carry; empty: as the parameters say
     */
    record Client(TlsParams params, Origination origination, String name) implements Key {}
  }

  /** One certificate and one set of bundles with the contexts made of them. */
  private static final class Generation {
    private final @Nullable TlsMaterial material;
    private final Map<String, TrustContext> trust;
    private final Map<String, RevocationLists> revocations;
    private final Map<Key, SslContext> contexts = new ConcurrentHashMap<>();

    Generation(@Nullable TlsMaterial material, Map<String, TrustContext> trust) {
      this.material = material;
      this.trust = trust;
      Map<String, RevocationLists> lists = new HashMap<>();
      trust.forEach((name, context) -> {
        if (!context.revocations().isEmpty()) {
          lists.put(
              name,
              RevocationLists.fromDer(
                  context.revocations().values().stream().flatMap(List::stream).toList()));
        }
      });
      this.revocations = Map.copyOf(lists);
    }

    boolean covers(TlsParams params) {
      boolean certificate =
          params.certificateSecret().isEmpty()
              || (params.certificateSecret().equals(TlsMaterial.SECRET) && material != null);
      return certificate
          && (params.validationSecret().isEmpty() || trust.containsKey(params.validationSecret()));
    }
  }

  /** Handshakes present this certificate from now on. */
  public synchronized void material(TlsMaterial material) {
    current = new Generation(material, current.trust);
  }

  /** Handshakes check peers against this from now on. */
  public synchronized void trust(Map<String, TrustContext> validation) {
    if (!validation.equals(current.trust)) {
      current = new Generation(current.material, validation);
    }
  }

  /**
   * Whether a peer's certificate, verified when its connection began, was revoked since then.
   *
   * @param validationSecret the trust context that it was checked against
   */
  public boolean revoked(String validationSecret, X509Certificate leaf) {
    return current.revocations.getOrDefault(validationSecret, RevocationLists.NONE).holds(leaf);
  }

  /** Whether the certificate and the trust context that it names are there. */
  public boolean ready(DownstreamTls tls) {
    return current.covers(tls.params());
  }

  /** The handler of an accepted connection; {@code null}: not {@link #ready}. */
  public @Nullable SslHandler server(DownstreamTls tls, ByteBufAllocator allocator) {
    SslContext context = context(new Key.Server(tls), tls.params());
    if (context == null) {
      return null;
    }
    SslHandler handler = context.newHandler(allocator);
    NoResumption.apply(handler);
    KeyExchange.apply(tls.params().groups(), provider, handler.engine());
    return handler;
  }

  /**
   * The handler of a connection that we dial; {@code null}: the certificate or the trust context is
   * not there.
   *
   * @param sni empty: none is sent
   */
  public @Nullable SslHandler client(UpstreamTls tls, String sni, ByteBufAllocator allocator) {
    Origination origination = tls.origination();
    Key key = new Key.Client(tls.params(), origination, origination.nameFromSni() ? sni : "");
    SslContext context = context(key, tls.params());
    if (context == null) {
      return null;
    }
    SslHandler handler = context.newHandler(allocator);
    SSLParameters parameters = handler.engine().getSSLParameters();
    // Host names are not compared: the verifier expects an identity.
    parameters.setEndpointIdentificationAlgorithm("");
    if (!sni.isEmpty()) {
      parameters.setServerNames(List.of(new SNIHostName(sni)));
    }
    handler.engine().setSSLParameters(parameters);
    KeyExchange.apply(tls.params().groups(), provider, handler.engine());
    return handler;
  }

  private @Nullable SslContext context(Key key, TlsParams params) {
    Generation generation = current;
    SslContext cached = generation.contexts.get(key);
    if (cached != null) {
      return cached;
    }
    if (!generation.covers(params)) {
      return null;
    }
    return generation.contexts.computeIfAbsent(key, missing -> build(missing, generation));
  }

  private SslContext build(Key key, Generation generation) {
    try {
      return switch (key) {
        case Key.Server(DownstreamTls tls) -> server(tls, generation);
        case Key.Client client -> client(client, generation);
      };
    } catch (SSLException e) {
      throw new IllegalStateException("cannot make a TLS context for " + key, e);
    }
  }

  private SslContext server(DownstreamTls tls, Generation generation) throws SSLException {
    TlsMaterial material = generation.material;
    if (material == null) {
      throw new SSLException("a server needs a certificate");
    }
    SslContextBuilder builder = SslContextBuilder.forServer(material.key(), chain(material));
    builder.clientAuth(
        tls.requireClientCertificate()
            ? ClientAuth.REQUIRE
            : tls.params().validationSecret().isEmpty() ? ClientAuth.NONE : ClientAuth.OPTIONAL);
    return finish(builder, tls.params(), generation);
  }

  private SslContext client(Key.Client key, Generation generation) throws SSLException {
    SslContextBuilder builder = SslContextBuilder.forClient();
    TlsMaterial material = generation.material;
    TlsParams params = key.params();
    ClientCredential credential = key.origination().credential();
    if (credential != null) {
      builder.keyManager(credential.key(), credential.chain().toArray(X509Certificate[]::new));
    } else if (!params.certificateSecret().isEmpty() && material != null) {
      builder.keyManager(material.key(), chain(material));
    }
    if (key.origination().authorities().isEmpty()) {
      return finish(builder, params, generation);
    }
    List<SanMatcher> expected =
        key.origination().nameFromSni()
            ? List.of(new SanMatcher(SanMatcher.SanType.DNS, StringMatcher.exact(key.name())))
            : params.subjectAltNames();
    builder.trustManager(
        new ServerTrustManager(
            new ServerVerifier(key.origination().authorities(), expected, clock)));
    return finish(builder, params);
  }

  private SslContext finish(SslContextBuilder builder, TlsParams params, Generation generation)
      throws SSLException {
    TrustContext trust = generation.trust.get(params.validationSecret());
    if (trust != null) {
      builder.trustManager(
          new SpiffeTrustManager(new SpiffeVerifier(trust, params.subjectAltNames(), clock)));
    } else {
      builder.trustManager(UncheckedTrustManager.INSTANCE);
    }
    return finish(builder, params);
  }

  private SslContext finish(SslContextBuilder builder, TlsParams params) throws SSLException {
    builder
        .sslProvider(provider)
        .protocols(protocols(params))
        .sessionCacheSize(1)
        .sessionTimeout(1);
    if (!params.alpn().isEmpty()) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              Protocol.ALPN,
              SelectorFailureBehavior.NO_ADVERTISE,
              SelectedListenerFailureBehavior.ACCEPT,
              params.alpn()));
    }
    KeyExchange.apply(params.groups(), provider, builder);
    SslContext context = builder.build();
    NoResumption.apply(context);
    LOG.debugf("made a TLS context with %s", provider);
    return context;
  }

  private static X509Certificate[] chain(TlsMaterial material) {
    return material.chain().toArray(X509Certificate[]::new);
  }

  private static List<String> protocols(TlsParams params) {
    boolean from12 = params.minVersion().equals("TLSv1.2");
    boolean to13 = params.maxVersion().equals("TLSv1.3");
    if (from12) {
      return to13 ? List.of("TLSv1.2", "TLSv1.3") : List.of("TLSv1.2");
    }
    return List.of("TLSv1.3");
  }
}
