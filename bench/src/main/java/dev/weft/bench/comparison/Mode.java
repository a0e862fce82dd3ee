package dev.weft.bench.comparison;

import dev.weft.bench.load.FixedRate;
import dev.weft.bench.load.H2load;
import dev.weft.bench.load.Handshakes;
import dev.weft.bench.load.Load;
import dev.weft.bench.load.Wrk;
import dev.weft.bench.peer.Authority;
import dev.weft.bench.peer.Backend;
import dev.weft.bench.peer.Ground;
import dev.weft.bench.peer.PolicyRules;
import dev.weft.bench.peer.TokenIssuer;
import dev.weft.bench.peer.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is measured. */
public enum Mode {
  HTTP1("http1", Topology.HTTP1, Figure.CPU, 1, "HTTP/1.1 keep-alive, 1 KiB, 32 connections"),
  H2C(
      "h2c",
      Topology.HTTP2,
      Figure.CPU,
      1,
      "HTTP/2 without TLS, 1 KiB, 8 connections of 16 streams"),
  GRPC("grpc", Topology.HTTP2, Figure.CPU, 0, "gRPC unary, 32 bytes, 8 connections of 16 streams"),
  MTLS(
      "mtls",
      Topology.PAIR,
      Figure.CPU,
      1,
      "sidecar to sidecar over mutual TLS, 1 KiB, 32 connections"),
  POLICY(
      "policy",
      Topology.POLICY,
      Figure.CPU,
      1,
      "mtls, and the server's sidecar wants a token and holds it and 100 rules against each request"),
  BODY_64K(
      "body-64k", Topology.HTTP1, Figure.CPU, 64, "HTTP/1.1 keep-alive, 64 KiB, 32 connections"),
  BODY_1M(
      "body-1m", Topology.HTTP1, Figure.CPU, 1024, "HTTP/1.1 keep-alive, 1 MiB, 16 connections"),
  TCP("tcp", Topology.TCP, Figure.BYTES, 1024, "TCP passthrough of 1 MiB answers, 16 connections"),
  HANDSHAKE(
      "handshake",
      Topology.INBOUND,
      Figure.CPU,
      1,
      "new connections with a full mutual TLS 1.3 handshake and one request of 1 KiB each, 8 at a time"),
  LATENCY(
      "latency",
      Topology.HTTP1,
      Figure.CPU,
      1,
      "HTTP/1.1 keep-alive, 1 KiB, 2000 requests per second in an open loop");

  private static final int LATENCY_ROUNDS = 15;
  private static final int RATE = 2000;

  private final String label;
  private final Topology topology;
  private final Figure figure;
  private final int kib;
  private final String text;

  Mode(String label, Topology topology, Figure figure, int kib, String text) {
    this.label = label;
    this.topology = topology;
    this.figure = figure;
    this.kib = kib;
    this.text = text;
  }

  /** What the ratio is of. */
  public enum Figure {
    /** Processor time per request: less is better. */
    CPU,
    /** Bytes of bodies per second of processor time: more is better. */
    BYTES
  }

  /** Reads a label. */
  public static Mode of(String label) {
    return Arrays.stream(values())
        .filter(mode -> mode.label.equals(label.strip().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no mode "
                    + label
                    + "; there are "
                    + String.join(", ", Arrays.stream(values()).map(Mode::label).toList())));
  }

  /** For {@code --modes}. */
  public String label() {
    return label;
  }

  /** For people. */
  public String text() {
    return text;
  }

  Topology topology() {
    return topology;
  }

  Figure figure() {
    return figure;
  }

  /** Bytes of an answer's body. */
  long bytes() {
    return kib * 1024L;
  }

  /** What loads a proxy in this mode. */
  Load load(Ground ground) throws IOException {
    int core = ground.cores().load();
    return switch (this) {
      case HTTP1, MTLS, BODY_64K -> new Wrk(core, 32, Ground.HOST, path());
      case POLICY ->
          new Wrk(
              core,
              32,
              Ground.HOST,
              path(),
              bearer(PolicyRules.token(ground.authority().tokens())));
      case BODY_1M, TCP -> new Wrk(core, 16, Ground.HOST, path());
      case H2C -> new H2load(core, Ground.HOST, path(), null, ground.directory());
      case GRPC -> {
        Path message = ground.directory().resolve("unary");
        Files.write(message, Backend.message());
        yield new H2load(core, Ground.HOST, "/bench.Echo/Unary", message, ground.directory());
      }
      case HANDSHAKE -> {
        Authority.Svid client = ground.authority().svid("orders");
        yield new Handshakes(
            ground.authority().root(),
            client.certificate(),
            client.key(),
            Ground.SERVER_NAME,
            Ground.HOST,
            path(),
            8);
      }
      case LATENCY -> new FixedRate(RATE, 32, Ground.HOST, path());
    };
  }

  /**
   * What brings a proxy to its steady state: as much as it can take, also where the mode's own load
   * is less.
   */
  Load warmup(Ground ground) throws IOException {
    return this == LATENCY ? HTTP1.load(ground) : load(ground);
  }

  /** Rounds: a difference of percentiles needs more of them than a mean. */
  int rounds(int wanted) {
    return this == LATENCY && wanted > 1 ? Math.max(LATENCY_ROUNDS, wanted) : wanted;
  }

  /** What a proxy has to answer before it is measured. */
  List<Probe> probes(Ground ground) {
    if (this != POLICY) {
      return List.of();
    }
    TokenIssuer tokens = ground.authority().tokens();
    String token = bearer(PolicyRules.token(tokens));
    String forged = bearer(PolicyRules.token(new TokenIssuer()));
    String stranger = bearer(PolicyRules.strangersToken(tokens));
    return List.of(
        new Probe("a token", path(), List.of(token), 200),
        new Probe("no token", path(), List.of(), 401),
        new Probe("another's token", path(), List.of(forged), 401),
        new Probe("another path", PolicyRules.NOBODYS_PATH + "/1k", List.of(token), 403),
        new Probe("another claim", path(), List.of(stranger), 403));
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }

  private String path() {
    return (this == POLICY ? PolicyRules.PATH : "") + "/" + kib + "k";
  }
}
