package dev.weft.proxy.oracle;

import dev.weft.proxy.oracle.OracleCase.Origin;
import dev.weft.proxy.testing.FakeOrigin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An origin of a case: plays its answers, tells who it is in {@code x-origin}, and counts. */
final class ScriptedOrigin implements AutoCloseable {

  private static final String HEALTH = "/health";

  /** A request with this header is answered and forgotten. */
  static final String UNSEEN = "x-unseen";

  private final String id;
  private final Origin spec;
  private final AtomicInteger next = new AtomicInteger();
  private final @Nullable FakeOrigin server;
  private final @Nullable RawOrigin raw;
  private final @Nullable Socket unheard;
  private final @Nullable ServerSocket silent;
  private volatile Object health;

  ScriptedOrigin(String id, Origin spec, OraclePki pki) {
    this.id = id;
    this.spec = spec;
    this.health = spec.health();
    this.server =
        switch (spec.protocol()) {
          case "http1" -> FakeOrigin.http1(this::play);
          case "http2" -> FakeOrigin.http2(this::play);
          case "https" -> FakeOrigin.tls(false, pki.server(), this::play);
          case "https-demanding" -> FakeOrigin.tls(false, pki.demanding(), this::play);
          case "alpn-http1" -> FakeOrigin.tls(false, pki.server("http/1.1"), this::play);
          case "alpn-http2" -> FakeOrigin.tls(true, pki.server("h2"), this::play);
          case "proxied" -> FakeOrigin.proxied(this::play);
          case "alpn-deaf" -> FakeOrigin.deaf(pki.server("h2"), this::play);
          case "deaf" -> FakeOrigin.deaf(this::play);
          case "closed", "silent", "bytes", "frames" -> null;
          default -> throw new IllegalStateException("protocol " + spec.protocol());
        };
    this.raw =
        switch (spec.protocol()) {
          case "bytes" -> new BytesOrigin(spec.answers());
          case "frames" -> new FramesOrigin(spec.answers());
          default -> null;
        };
    this.unheard = spec.protocol().equals("closed") ? bound() : null;
    this.silent = spec.protocol().equals("silent") ? listening() : null;
  }

  private static ServerSocket listening() {
    try {
      return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Held but not listened on: nobody else gets the port, and who dials it is refused.
  private static Socket bound() {
    try {
      Socket socket = new Socket();
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    if (silent != null) {
      return silent.getLocalPort();
    }
    if (raw != null) {
      return raw.port();
    }
    return server == null ? unheard.getLocalPort() : server.port();
  }

  /** Plays from the beginning and counts from 0, over new connections. */
  void reset() {
    if (server != null) {
      server.closeConnections();
      server.requests().clear();
    } else if (raw != null) {
      raw.reset();
    }
    next.set(0);
    health = spec.health();
  }

  /** What checks get from now on. */
  void health(Object answer) {
    health = answer;
  }

  /** What arrived since the reset. */
  List<FakeOrigin.Request> requests() {
    if (raw != null) {
      return raw.requests();
    }
    return server == null
        ? List.of()
        : server.requests().stream().filter(ScriptedOrigin::counts).toList();
  }

  private static boolean counts(FakeOrigin.Request request) {
    // HTTP/2 read as HTTP/1: how much of it is there is chance.
    boolean foreign = request.method().equals("PRI") || request.path().equals("/bad-request");
    return !foreign && !request.path().equals(HEALTH) && request.header(UNSEEN) == null;
  }

  /** Waits for what nobody else waits for, and gives it in an order of its own. */
  List<FakeOrigin.Request> settled(boolean perhaps) {
    if (spec.awaited() == 0) {
      return requests();
    }
    Waits.until(perhaps, () -> requests().size() >= spec.awaited());
    return requests().stream().sorted(Comparator.comparing(FakeOrigin.Request::path)).toList();
  }

  /** Keeps so many of what has arrived. */
  void forgetAfter(int kept) {
    List<FakeOrigin.Request> seen = List.copyOf(requests());
    List<FakeOrigin.Request> more = seen.subList(Math.min(kept, seen.size()), seen.size());
    if (server != null) {
      server.requests().removeAll(more);
    } else if (raw != null) {
      raw.requests().removeAll(more);
    }
  }

  private void play(FakeOrigin.Exchange exchange) {
    if (exchange.request().path().equals(HEALTH)) {
      check(exchange);
      return;
    }
    Map<String, Object> answer = chosen(exchange.request());
    Object delay = answer.get("delay");
    if (delay == null) {
      give(exchange, answer);
    } else {
      exchange.later(((Number) delay).longValue(), () -> give(exchange, answer));
    }
  }

  private Map<String, Object> chosen(FakeOrigin.Request request) {
    for (Map<String, Object> answer : spec.answers()) {
      if (answer.containsKey("for") && Checks.isFor(answer, request)) {
        return answer;
      }
    }
    List<Map<String, Object>> others =
        spec.answers().stream().filter(one -> !one.containsKey("for")).toList();
    return others.isEmpty()
        ? Map.of()
        : others.get(Math.min(next.getAndIncrement(), others.size() - 1));
  }

  private void check(FakeOrigin.Exchange exchange) {
    Object answer =
        health instanceof Map<?, ?> byHost
            ? Objects.requireNonNullElse(byHost.get(exchange.request().authority()), 503)
            : health;
    switch (answer) {
      case Number status -> exchange.respond(status.intValue(), "checked");
      case String text when text.equals("hang") -> {}
      case String text when text.equals("close") -> exchange.close();
      default -> throw new IllegalStateException("health " + answer);
    }
  }

  private void give(FakeOrigin.Exchange exchange, Map<String, Object> answer) {
    if (answer.containsKey("hang")) {
      return;
    }
    if (answer.containsKey("reset")) {
      exchange.reset();
      return;
    }
    if (answer.containsKey("close")) {
      exchange.close();
      return;
    }
    if (answer.get("interim") instanceof Map<?, ?> interim) {
      int status = ((Number) interim.get("status")).intValue();
      exchange.head(status, flat(interim.get("headers")), false);
    }
    if (answer.containsKey("upgrade")) {
      List<String> headers = new ArrayList<>(List.of("x-origin", id));
      headers.addAll(List.of("upgrade", String.valueOf(answer.get("upgrade"))));
      headers.addAll(flat(answer.get("headers")));
      exchange.upgrade(headers);
      return;
    }
    if (answer.containsKey("check")) {
      exchange.head(200, List.of("content-type", "application/grpc"), false);
      exchange.data(Checks.framed(answer.get("check")), false);
      exchange.trailers(List.of("grpc-status", "0"));
      return;
    }
    String body = Frames.expanded(String.valueOf(answer.getOrDefault("body", "from " + id)));
    List<String> trailers = flat(answer.get("trailers"));
    List<String> headers = new ArrayList<>(List.of("x-origin", id));
    headers.addAll(exchange.told());
    if (trailers.isEmpty()) {
      headers.addAll(List.of("content-length", String.valueOf(body.length())));
    }
    headers.addAll(flat(answer.get("headers")));
    boolean headOnly = exchange.request().method().equals("HEAD");
    boolean end = headOnly || (body.isEmpty() && trailers.isEmpty());
    exchange.head(((Number) answer.getOrDefault("status", 200)).intValue(), headers, end);
    if (end) {
      return;
    }
    exchange.data(body, trailers.isEmpty());
    if (!trailers.isEmpty()) {
      exchange.trailers(trailers);
    }
  }

  private static List<String> flat(@Nullable Object yaml) {
    List<String> flat = new ArrayList<>();
    if (yaml instanceof Map<?, ?> map) {
      map.forEach((key, value) -> {
        flat.add(String.valueOf(key));
        flat.add(String.valueOf(value));
      });
    }
    return flat;
  }

  @Override
  public void close() {
    try (Socket first = unheard;
        ServerSocket second = silent;
        RawOrigin third = raw) {
      if (server != null) {
        server.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
