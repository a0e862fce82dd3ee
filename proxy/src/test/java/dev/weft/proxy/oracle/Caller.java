package dev.weft.proxy.oracle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.oracle.OracleCase.Call;
import dev.weft.proxy.oracle.OracleCase.Tls;
import dev.weft.proxy.testing.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Plays the calls of a case, each request on a connection of its own. */
final class Caller implements AutoCloseable {

  /** For what has no signal outside: an ejection, a check. */
  private static final Duration PATIENCE = Duration.ofSeconds(12);

  private static final Duration BETWEEN = Duration.ofMillis(20);

  private final OraclePki pki;
  private final H2Client http2 = new H2Client();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Caller(OraclePki pki) {
    this.pki = pki;
  }

  /**
   * The answers, in the order of the requests; those of parallel requests in the order of their
   * statuses.
   */
  List<Answer> play(Call call, int port) {
    // The pause is part of the case: what is waited for (an ejection's end) has no signal outside.
    LockSupport.parkNanos(call.pauseMillis() * 1_000_000L);
    if (call.until() > 0) {
      await(call, port);
    }
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < call.times(); i++) {
      if (!call.frames().isEmpty()) {
        answers.addAll(FrameCaller.play(call, port));
      } else if (call.answers() > 1) {
        answers.addAll(onOneConnection(call, port));
      } else if (call.parallel() == 1) {
        answers.add(once(call, port));
      } else {
        answers.addAll(together(call, port));
      }
    }
    return call.unseen() ? List.of() : answers;
  }

  private void await(Call call, int port) {
    Call probe = call.marked(ScriptedOrigin.UNSEEN);
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (int met = 0; met < call.until() && System.nanoTime() < end; ) {
      met = once(probe, port).problems(call.expect()).isEmpty() ? met + 1 : 0;
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
  }

  private List<Answer> together(Call call, int port) {
    List<Future<Answer>> running = new ArrayList<>();
    for (int i = 0; i < call.parallel(); i++) {
      running.add(threads.submit(() -> once(call, port)));
    }
    List<Answer> answers = new ArrayList<>();
    for (Future<Answer> one : running) {
      try {
        answers.add(one.get());
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    answers.sort(java.util.Comparator.comparingInt(Answer::status));
    return answers;
  }

  private Answer once(Call call, int port) {
    return call.http() == 2 ? http2.call(call, port) : onOneConnection(call, port).getFirst();
  }

  /**
   * As many answers as the call gets; after the connection's end they are {@link Answer#NONE},
   * after a silence {@link Answer#SILENT}.
   */
  private List<Answer> onOneConnection(Call call, int port) {
    List<Answer> answers = new ArrayList<>();
    try (RawClient client = new RawClient(dial(call, port))) {
      Call sent = call.unseen() ? call.marked(ScriptedOrigin.UNSEEN) : call;
      client.send(call.raw().isEmpty() ? request(sent) : call.raw());
      while (answers.size() < call.answers()) {
        answers.add(read(client, call));
      }
    } catch (SocketTimeoutException silence) {
      while (answers.size() < call.answers()) {
        answers.add(Answer.SILENT);
      }
    } catch (IOException | RuntimeException refused) {
      // A refused handshake shows in TLS 1.3 only when the answer is read.
      while (answers.size() < call.answers()) {
        answers.add(Answer.NONE);
      }
    }
    return answers;
  }

  private static Answer read(RawClient client, Call call) throws IOException {
    List<String> interim = new ArrayList<>();
    while (true) {
      boolean headOnly = call.method().equals("HEAD") || call.tunnel() > 0;
      RawClient.Answer answer = headOnly ? client.readHead() : client.read();
      if (answer.status() >= 200 || answer.status() == 101) {
        String body =
            call.tunnel() > 0 ? new String(client.bytes(call.tunnel()), ISO_8859_1) : answer.body();
        return Answer.of(answer.status(), answer.headers(), body, answer.trailers()).after(interim);
      }
      interim.add(Answer.interim(answer.status(), answer.headers()));
    }
  }

  private Socket dial(Call call, int port) throws IOException {
    Tls tls = call.tls();
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
    if (tls == null) {
      return plain;
    }
    SSLSocket socket =
        (SSLSocket)
            pki.client(tls.as()).getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
    SSLParameters parameters = socket.getSSLParameters();
    if (!tls.sni().isEmpty()) {
      parameters.setServerNames(List.of(new SNIHostName(tls.sni())));
    }
    parameters.setProtocols(new String[] {tls.version()});
    if (!tls.alpn().isEmpty()) {
      parameters.setApplicationProtocols(new String[] {tls.alpn()});
    }
    if (!tls.groups().isEmpty()) {
      parameters.setNamedGroups(tls.groups().split(","));
    }
    socket.setSSLParameters(parameters);
    socket.setSoTimeout((int) Answer.PATIENCE.toMillis());
    socket.startHandshake();
    return socket;
  }

  private static String request(Call call) {
    StringBuilder text =
        new StringBuilder(call.method())
            .append(' ')
            .append(call.path())
            .append(" HTTP/1.1\r\nhost: ")
            .append(call.host())
            .append("\r\n");
    for (Map.Entry<String, String> header : call.headers().entrySet()) {
      text.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    if (!call.body().isEmpty()) {
      text.append("content-length: ").append(call.body().length()).append("\r\n");
    }
    return text.append("\r\n").append(call.body()).toString();
  }

  @Override
  public void close() {
    threads.close();
    http2.close();
  }
}
