package dev.weft.proxy.oracle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.weft.fakes.AskedProviders;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * Policies that people write, as the agent compiles them for a sidecar, decide here as their cases
 * say. The agent's own test has an Envoy decide the same, and keeps the compiled form up to date.
 */
class CompiledPoliciesTest {
  private static final Pattern LENGTH =
      Pattern.compile("content-length: (\\d+)", Pattern.CASE_INSENSITIVE);
  private static final String BYTES = "BYTES\r\n\r\n";
  private static final int PATIENCE_MILLIS = 20_000;

  private final OraclePki pki = new OraclePki();
  private final Map<String, SSLContext> callers = new HashMap<>();

  @Test
  void everyCaseIsDecidedAsItSays() throws Exception {
    Map<String, Map<String, Object>> files = files();
    List<String> wrong = new ArrayList<>();
    try (ServerSocket application = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        AskedProviders providers = new AskedProviders()) {
      Thread.ofVirtual().start(() -> serve(application));
      Set<String> upstreams = new TreeSet<>();
      Map<String, Cluster> asked = new TreeMap<>();
      List<Listener> listeners = new ArrayList<>();
      for (Map.Entry<String, Map<String, Object>> file : files.entrySet()) {
        upstreams.add(text(file.getValue(), "application"));
        if (file.getValue().get("providers") instanceof Map<?, ?> named) {
          for (Object name : named.keySet()) {
            asked.put(name.toString(), provider(name.toString(), text(named, name), providers));
          }
        }
        listeners.add(
            Listener.parseFrom(Base64.getDecoder().decode(text(file.getValue(), "listener")))
                .toBuilder()
                .setName(file.getKey())
                .setAddress(at(0))
                .build());
      }
      Resources resources =
          new Resources(
              listeners,
              List.of(),
              Stream.concat(
                      upstreams.stream().map(name -> upstream(name, application.getLocalPort())),
                      asked.values().stream())
                  .toList(),
              List.of(),
              List.of());
      try (WeftSubject weft =
          WeftSubject.start(List.of(resources), pki, List.copyOf(files.keySet()), 1)) {
        for (Map.Entry<String, Map<String, Object>> file : files.entrySet()) {
          for (Object one : (List<?>) file.getValue().get("cases")) {
            String trouble = ask(weft.port(file.getKey()), file.getValue(), (Map<?, ?>) one);
            if (!trouble.isEmpty()) {
              wrong.add(file.getKey() + ": " + ((Map<?, ?>) one).get("name") + ": " + trouble);
            }
          }
        }
      }
    }
    assertThat(files).hasSizeGreaterThan(30);
    assertThat(wrong).isEmpty();
  }

  private static Map<String, Map<String, Object>> files() throws IOException {
    Path directory =
        Path.of(Objects.requireNonNull(System.getProperty("weft.root"), "run by Maven"))
            .resolve("cluster-agent/src/test/resources/policy-cases/compiled");
    Map<String, Map<String, Object>> files = new HashMap<>();
    try (Stream<Path> there = Files.list(directory)) {
      for (Path file : there.toList()) {
        files.put(
            String.valueOf(file.getFileName()).replace(".json", ""),
            new Yaml().load(Files.readString(file)));
      }
    }
    return files;
  }

  private static String text(Map<?, ?> map, Object key) {
    return Objects.requireNonNull(map.get(key), key::toString).toString();
  }

  private static Address at(int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port))
        .build();
  }

  private static Cluster upstream(String name, int port) {
    return Cluster.newBuilder()
        .setName(name)
        .setType(Cluster.DiscoveryType.STATIC)
        .setConnectTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(5))
        .setLoadAssignment(
            ClusterLoadAssignment.newBuilder()
                .setClusterName(name)
                .addEndpoints(
                    LocalityLbEndpoints.newBuilder()
                        .addLbEndpoints(
                            LbEndpoint.newBuilder()
                                .setEndpoint(Endpoint.newBuilder().setAddress(at(port))))))
        .build();
  }

  /** {@code who}: gRPC is asked by HTTP/2, and so is one of it that is gone. */
  private static Cluster provider(String name, String who, AskedProviders providers) {
    Cluster upstream = upstream(name, providers.port(who));
    return who.equals("grpc") || who.equals("gone")
        ? upstream.toBuilder()
            .putTypedExtensionProtocolOptions(
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                Any.pack(
                    HttpProtocolOptions.newBuilder()
                        .setExplicitHttpConfig(
                            HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                                .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()))
                        .build()))
            .build()
        : upstream;
  }

  /** Empty: it was decided as the case says. */
  private String ask(int port, Map<?, ?> file, Map<?, ?> one) throws Exception {
    boolean http = Boolean.TRUE.equals(file.get("http"));
    String answer;
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(PATIENCE_MILLIS);
      plain.bind(new InetSocketAddress(InetAddress.getByName(text(one, "from")), 0));
      plain.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
      String identity = text(one, "identity");
      Socket socket =
          identity.isEmpty() ? plain : secured(plain, identity, text(file, "serverName"));
      socket.getOutputStream().write(text(one, "sends").getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      answer = answer(socket.getInputStream());
    } catch (IOException e) {
      answer = "";
    }
    String decision = decision(http, answer);
    if (!decision.equals(text(one, "expect"))) {
      return "expected " + one.get("expect") + ", was " + decision + " " + answer;
    }
    String lower = answer.toLowerCase(Locale.ROOT);
    for (Map.Entry<?, ?> header : ((Map<?, ?>) one.get("upstream")).entrySet()) {
      String line = "\n" + header.getKey().toString().toLowerCase(Locale.ROOT) + ":";
      String value = header.getValue().toString().toLowerCase(Locale.ROOT);
      if (value.isEmpty() ? lower.contains(line) : !lower.contains(line + " " + value)) {
        return "the application did not see " + header + " " + answer;
      }
    }
    return "";
  }

  private Socket secured(Socket plain, String identity, String serverName) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            callers
                .computeIfAbsent(identity, pki::caller)
                .getSocketFactory()
                .createSocket(plain, "127.0.0.1", plain.getPort(), false);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(serverName)));
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static String decision(boolean http, String answer) {
    if (!http) {
      return answer.equals(BYTES) ? "ALLOW" : "REFUSED";
    }
    return switch (answer.length() < 12 ? "" : answer.substring(9, 12)) {
      case "200" -> "ALLOW";
      case "403" -> "DENY";
      case "401" -> "UNAUTHENTICATED";
      case "" -> "REFUSED";
      default -> "something else";
    };
  }

  /** A whole answer, without waiting for the end of the connection. */
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

  private static void serve(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  /** Answers a request with its head, and bytes with themselves. */
  private static void echo(Socket socket) {
    try (socket) {
      StringBuilder head = new StringBuilder();
      InputStream in = socket.getInputStream();
      for (int c = in.read(); c >= 0 && !head.toString().endsWith("\r\n\r\n"); c = in.read()) {
        head.append((char) c);
        if (c == '\n' && head.toString().endsWith("\r\n\r\n")) {
          break;
        }
      }
      String sent = head.toString();
      String answer =
          sent.equals(BYTES)
              ? BYTES
              : "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: "
                  + sent.length()
                  + "\r\n\r\n"
                  + sent;
      socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
      socket.shutdownOutput();
      in.skip(Long.MAX_VALUE);
    } catch (IOException e) {
      // The proxy went away; its caller will see that.
    }
  }
}
