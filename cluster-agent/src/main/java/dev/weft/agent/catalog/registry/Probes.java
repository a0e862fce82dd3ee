package dev.weft.agent.catalog.registry;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Single runs of HTTP and TCP checks. Used on one Vert.x context. Whatever a target does, a run is
 * over within its timeout, keeps at most 4 KiB of the answer, and leaves no connection behind.
 */
final class Probes {
  private final Vertx vertx;
  private final HttpClient verifying;
  private final HttpClient trusting;
  private final NetClient tcp;

  Probes(Vertx vertx) {
    this.vertx = vertx;
    // A check that reuses a connection would not notice that nobody listens any more.
    HttpClientOptions options =
        new HttpClientOptions().setKeepAlive(false).setMaxPoolSize(256).setMaxWaitQueueSize(10_000);
    this.verifying = vertx.createHttpClient(options);
    this.trusting =
        vertx.createHttpClient(
            new HttpClientOptions(options).setTrustAll(true).setVerifyHost(false));
    this.tcp = vertx.createNetClient(new NetClientOptions());
  }

  /** Told what a run found, once. */
  @FunctionalInterface
  interface Finding {
    void found(CheckStatus status, String output);
  }

  /** Runs a check once. */
  void run(CheckDefinition definition, Finding finding) {
    Run run = new Run(definition, finding);
    try {
      run.begin();
    } catch (RuntimeException e) {
      // The URL, method or a header that Consul's clients may register is none.
      run.failed(e);
    }
  }

  void close() {
    verifying.close();
    trusting.close();
    tcp.close();
  }

  /** One run: ends by an answer, a failure or its time, whichever comes first. */
  private final class Run {
    private final CheckDefinition definition;
    private final Finding finding;
    private final long timer;
    private boolean over;
    private @Nullable HttpClientRequest request;

    Run(CheckDefinition definition, Finding finding) {
      this.definition = definition;
      this.finding = finding;
      this.timer =
          vertx.setTimer(
              Math.max(1, definition.timeout().toMillis()),
              id -> end(CheckStatus.CRITICAL, definition.target() + ": timed out"));
    }

    void begin() {
      if (definition.type() == CheckDefinition.Type.TCP) {
        connect();
      } else {
        ask();
      }
    }

    void failed(Throwable cause) {
      end(CheckStatus.CRITICAL, definition.target() + ": " + cause.getMessage());
    }

    private void end(CheckStatus status, String output) {
      if (over) {
        return;
      }
      over = true;
      vertx.cancelTimer(timer);
      HttpClientRequest sent = request;
      if (sent != null) {
        sent.reset();
      }
      finding.found(status, Outputs.bounded(output));
    }

    private void ask() {
      RequestOptions options =
          new RequestOptions()
              .setAbsoluteURI(definition.target())
              .setMethod(HttpMethod.valueOf(definition.method()))
              .setConnectTimeout(definition.timeout().toMillis())
              .setFollowRedirects(!definition.disableRedirects())
              .putHeader("User-Agent", "Consul Health Check")
              .putHeader("Accept", "text/plain, text/*, */*");
      definition
          .headers()
          .forEach((name, values) -> options.putHeader(name, List.<CharSequence>copyOf(values)));
      HttpClient client = definition.tlsSkipVerify() ? trusting : verifying;
      client.request(options).onSuccess(this::send).onFailure(this::failed);
    }

    private void send(HttpClientRequest opened) {
      if (over) {
        opened.reset();
        return;
      }
      request = opened;
      (definition.body().isEmpty() ? opened.send() : opened.send(definition.body()))
          .onSuccess(this::judge)
          .onFailure(this::failed);
    }

    private void judge(HttpClientResponse response) {
      // After a redirect the connection to end is another one.
      request = response.request();
      Buffer body = Buffer.buffer();
      response.handler(part -> {
        if (body.length() <= definition.outputLimit()) {
          body.appendBuffer(
              part, 0, Math.min(part.length(), definition.outputLimit() + 1 - body.length()));
        }
      });
      response
          .end()
          .onSuccess(nothing -> end(status(response), describe(response, body)))
          .onFailure(this::failed);
    }

    private String describe(HttpClientResponse response, Buffer body) {
      return String.format(
          Locale.ROOT,
          "HTTP %s %s: %d %s Output: %s",
          definition.method(),
          definition.target(),
          response.statusCode(),
          response.statusMessage(),
          Outputs.cut(body.getBytes(), definition.outputLimit()));
    }

    private void connect() {
      String target = definition.target();
      int colon = target.lastIndexOf(':');
      if (colon < 0 || !target.substring(colon + 1).matches("\\d{1,5}")) {
        throw new IllegalArgumentException("missing port in address");
      }
      String host = target.substring(0, colon);
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      tcp.connect(
              Integer.parseInt(target.substring(colon + 1)),
              bracketed ? host.substring(1, host.length() - 1) : host)
          .onSuccess(this::connected)
          .onFailure(this::failed);
    }

    private void connected(NetSocket socket) {
      socket.close();
      end(CheckStatus.PASSING, "TCP connect " + definition.target() + ": Success");
    }
  }

  private static CheckStatus status(HttpClientResponse response) {
    int code = response.statusCode();
    return code / 100 == 2
        ? CheckStatus.PASSING
        : code == 429 ? CheckStatus.WARNING : CheckStatus.CRITICAL;
  }
}
