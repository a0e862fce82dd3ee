package dev.weft.proxy.tls;

import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * The groups of the key exchange ({@code ecdh_curves} of xDS), by the names that BoringSSL gives
 * them. Of those that are asked for an engine offers the ones that it has; where it has none of
 * them there is no connection. {@code X25519MLKEM768} (draft-ietf-tls-ecdhe-mlkem) is the hybrid
 * that holds against whoever records today and has a quantum computer later; BoringSSL has it, the
 * JDK's TLS has not. Stateless.
 */
public final class KeyExchange {
  /** What may be asked for. */
  public static final List<String> NAMES =
      List.of("X25519MLKEM768", "X25519", "P-256", "P-384", "P-521");

  private static final Map<String, String> OF_JDK =
      Map.of("X25519", "x25519", "P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");

  private KeyExchange() {}

  /** Sets them for BoringSSL. */
  static void apply(List<String> groups, SslProvider provider, SslContextBuilder builder) {
    if (provider != SslProvider.JDK && !groups.isEmpty()) {
      builder.option(OpenSslContextOption.GROUPS, groups.toArray(String[]::new));
    }
  }

  /** Sets them for the JDK, which takes them for each connection. */
  static void apply(List<String> groups, SslProvider provider, SSLEngine engine) {
    if (provider != SslProvider.JDK || groups.isEmpty()) {
      return;
    }
    String[] known =
        groups.stream().map(OF_JDK::get).filter(Objects::nonNull).toArray(String[]::new);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setNamedGroups(known);
    engine.setSSLParameters(parameters);
  }
}
