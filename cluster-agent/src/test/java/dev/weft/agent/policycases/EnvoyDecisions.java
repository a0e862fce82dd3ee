package dev.weft.agent.policycases;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Any;
import dev.weft.agent.policycases.CaseFile.Case;
import dev.weft.agent.policycases.CaseFile.Decision;
import dev.weft.fakes.AskedProviders;
import dev.weft.parts.Part;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A real Envoy with many inbound listeners, and callers that ask it. */
final class EnvoyDecisions implements AutoCloseable {
  private static final Pattern LENGTH =
      Pattern.compile("content-length: (\\d+)", Pattern.CASE_INSENSITIVE);

  private final EchoApplication application = new EchoApplication();
  private final AskedProviders providers = new AskedProviders();
  private final TestIdentities identities;
  private final TestTokens tokens;
  private final Process envoy;
  private final Map<String, Integer> ports = new HashMap<>();

  /** What a caller saw. */
  record Seen(Decision decision, String answer) {}

  /**
   * @param listeners by any name
   * @param asked who answers for the upstreams of providers
   */
  EnvoyDecisions(
      Path directory, TestTokens tokens, Map<String, Listener> listeners, Map<String, String> asked)
      throws Exception {
    this.tokens = tokens;
    identities = new TestIdentities(directory);
    Bootstrap.Builder bootstrap =
        Bootstrap.newBuilder().setAdmin(Admin.newBuilder().setAddress(free()));
    bootstrap.getStaticResourcesBuilder().addAllSecrets(identities.secrets());
    Set<String> upstreams = new TreeSet<>();
    for (Map.Entry<String, Listener> entry : listeners.entrySet()) {
      bootstrap.getStaticResourcesBuilder().addListeners(alone(entry.getKey(), entry.getValue()));
      entry.getValue().getFilterChainsList().stream()
          .map(FilterChain::getName)
          .map(name -> name.replace("plaintext|", ""))
          .forEach(name -> upstreams.add("inbound|" + name.substring(0, name.indexOf('.'))));
    }
    upstreams.forEach(name ->
        bootstrap
            .getStaticResourcesBuilder()
            .addClusters(upstream(name, application.port(), false)));
    asked.forEach((name, who) ->
        bootstrap
            .getStaticResourcesBuilder()
            .addClusters(
                upstream(name, providers.port(who), who.equals("grpc") || who.equals("gone"))));
    Path file = Files.write(directory.resolve("envoy.pb"), bootstrap.build().toByteArray());
    Path admin = directory.resolve("admin");
    Path log = directory.resolve("envoy.log");
    envoy =
        new ProcessBuilder(
                Part.ENVOY.required().toString(),
                "-c",
                file.toString(),
                "--use-dynamic-base-id",
                "--concurrency",
                "1",
                "-l",
                "warning",
                "--admin-address-path",
                admin.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await()
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> {
          assertThat(envoy.isAlive()).as(Files.readString(log)).isTrue();
          assertThat(admin).isNotEmptyFile();
          findPorts(Files.readString(admin).strip());
          assertThat(ports.keySet()).containsAll(listeners.keySet());
        });
  }

  private void findPorts(String admin) throws IOException {
    URI uri = URI.create("http://" + admin + "/listeners?format=json");
    JsonNode all = new ObjectMapper().readTree(uri.toURL().openStream());
    for (JsonNode one : all.path("listener_statuses")) {
      ports.put(
          one.path("name").asText(),
          one.path("local_address").path("socket_address").path("port_value").asInt());
    }
  }

  /** A port of its own, and secrets from the file instead of from an agent. */
  private static Listener alone(String name, Listener listener) throws IOException {
    Listener.Builder alone = listener.toBuilder().setName(name).setAddress(free());
    for (FilterChain.Builder chain : alone.getFilterChainsBuilderList()) {
      if (chain.hasTransportSocket()) {
        DownstreamTlsContext.Builder tls =
            chain
                .getTransportSocket()
                .getTypedConfig()
                .unpack(DownstreamTlsContext.class)
                .toBuilder();
        tls.getCommonTlsContextBuilder()
            .getCombinedValidationContextBuilder()
            .getValidationContextSdsSecretConfigBuilder()
            .clearSdsConfig();
        chain.getTransportSocketBuilder().setTypedConfig(Any.pack(tls.build()));
      }
    }
    return alone.build();
  }

  private static Cluster upstream(String name, int port, boolean http2) {
    Cluster.Builder upstream =
        Cluster.newBuilder()
            .setName(name)
            .setConnectTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(5))
            .setLoadAssignment(
                ClusterLoadAssignment.newBuilder()
                    .setClusterName(name)
                    .addEndpoints(
                        LocalityLbEndpoints.newBuilder()
                            .addLbEndpoints(
                                LbEndpoint.newBuilder()
                                    .setEndpoint(Endpoint.newBuilder().setAddress(at(port))))));
    if (http2) {
      upstream.putTypedExtensionProtocolOptions(
          "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
          Any.pack(
              HttpProtocolOptions.newBuilder()
                  .setExplicitHttpConfig(
                      HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                          .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()))
                  .build()));
    }
    return upstream.build();
  }

  private static Address free() {
    return at(0);
  }

  private static Address at(int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port))
        .build();
  }

  /** Asks as the case says. */
  Seen ask(String listener, CaseFile file, Case one) throws Exception {
    boolean http = CompiledCases.http(file);
    String request = CompiledCases.sends(file, one, tokens);
    String answer;
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(20_000);
      plain.bind(new InetSocketAddress(InetAddress.getByName(one.from()), 0));
      plain.connect(new InetSocketAddress("127.0.0.1", ports.get(listener)), 20_000);
      Socket socket = one.identity().isEmpty() ? plain : secured(plain, file, one);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      answer = answer(socket.getInputStream());
    } catch (IOException e) {
      return new Seen(Decision.REFUSED, String.valueOf(e.getMessage()));
    }
    return new Seen(decision(http, answer), answer);
  }

  /** A whole answer, without waiting for the end of the connection, which takes its time. */
  private static String answer(InputStream in) throws IOException {
    StringBuilder answer = new StringBuilder();
    int end = -1;
    for (int c = in.read(); c >= 0; c = in.read()) {
      answer.append((char) c);
      if (end < 0 && c == '\n' && answer.toString().endsWith("\r\n\r\n")) {
        Matcher length = LENGTH.matcher(answer);
        end = answer.length() + (length.find() ? Integer.parseInt(length.group(1)) : 0);
      }
      if (answer.length() == end) {
        break;
      }
    }
    return answer.toString();
  }

  private Socket secured(Socket plain, CaseFile file, Case one) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            identities
                .caller(one.identity())
                .getSocketFactory()
                .createSocket(plain, "127.0.0.1", plain.getPort(), false);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(CompiledCases.serverName(file))));
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static Decision decision(boolean http, String answer) {
    if (!http) {
      return answer.equals(EchoApplication.BYTES) ? Decision.ALLOW : Decision.REFUSED;
    }
    String status = answer.length() < 12 ? "" : answer.substring(9, 12);
    return switch (status) {
      case "200" -> Decision.ALLOW;
      case "403" -> Decision.DENY;
      case "401" -> Decision.UNAUTHENTICATED;
      case "" -> Decision.REFUSED;
      default ->
          throw new AssertionError(String.format(Locale.ROOT, "unexpected answer: %s", answer));
    };
  }

  @Override
  public void close() throws Exception {
    envoy.destroy();
    envoy.waitFor(10, TimeUnit.SECONDS);
    application.close();
    providers.close();
  }
}
