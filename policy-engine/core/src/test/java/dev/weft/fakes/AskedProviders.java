package dev.weft.fakes;

import com.google.protobuf.Struct;
import com.google.rpc.Status;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Who is asked: by gRPC it allows what has {@code x-ask: allow} or is of {@code alice}, whom a
 * token proved, and connections without requests of accounts that begin with {@code friend}, if it
 * is told what it should be; by HTTP what has {@code x-ask-http: allow}, if it is told what it
 * should be. And one who is gone. Of what is allowed {@code x-ask-put} becomes the {@code
 * authorization}, and with {@code x-ask-strip} there is none (by gRPC).
 */
public final class AskedProviders implements AutoCloseable {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Server grpc;
  private final HttpServer http;

  /** Held but not listened on: nobody else gets the port, and who dials it is refused. */
  private final Socket gone = new Socket();

  /** Both listen on loopback. */
  public AskedProviders() throws IOException {
    grpc =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(threads)
            .addService(
                ServerInterceptors.intercept(
                    AuthorizationGrpc.bindService(new Checks()), new Workload()))
            .build()
            .start();
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    http.setExecutor(threads);
    http.createContext("/", AskedProviders::answer);
    http.start();
    gone.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /**
   * The port of one of them.
   *
   * @param kind {@code grpc}, {@code http} or {@code gone}
   */
  public int port(String kind) {
    return switch (kind) {
      case "grpc" -> grpc.getPort();
      case "http" -> http.getAddress().getPort();
      default -> gone.getLocalPort();
    };
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = exchange.getRequestHeaders();
      boolean told =
          exchange.getRequestURI().getPath().startsWith("/check/")
              && "100%".equals(headers.getFirst("x-from"))
              && !headers.containsKey("x-private");
      boolean allowed = told && "allow".equals(headers.getFirst("x-ask-http"));
      exchange.getResponseHeaders().set("x-provider", "http");
      exchange.getResponseHeaders().set("x-hidden", "yes");
      if (headers.containsKey("x-ask-put")) {
        exchange.getResponseHeaders().set("authorization", headers.getFirst("x-ask-put"));
      }
      exchange.sendResponseHeaders(allowed ? 200 : 403, -1);
    }
  }

  /** For whom a call is made is in its headers where it is about a connection. */
  private static final class Workload implements ServerInterceptor {
    static final Context.Key<String> SAID = Context.keyWithDefault("workload", "");

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String said = headers.get(Metadata.Key.of("weft-workload", Metadata.ASCII_STRING_MARSHALLER));
      return Contexts.interceptCall(
          Context.current().withValue(SAID, said == null ? "" : said), call, headers, next);
    }
  }

  private static final class Checks implements AuthorizationGrpc.AsyncService {
    @Override
    public void check(CheckRequest request, StreamObserver<CheckResponse> answer) {
      AttributeContext asked = request.getAttributes();
      if (!asked.getRequest().hasHttp()) {
        answer.onNext(
            CheckResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(letsThrough(asked) ? 0 : 7))
                .build());
        answer.onCompleted();
        return;
      }
      Struct payload =
          asked
              .getMetadataContext()
              .getFilterMetadataOrDefault(
                  "envoy.filters.http.jwt_authn", Struct.getDefaultInstance())
              .getFieldsMap()
              .getOrDefault("presented", com.google.protobuf.Value.getDefaultInstance())
              .getStructValue();
      boolean alice =
          payload.containsFields("sub")
              && payload.getFieldsOrThrow("sub").getStringValue().equals("alice");
      Map<String, String> headers = asked.getRequest().getHttp().getHeadersMap();
      boolean allowed = alice || "allow".equals(headers.get("x-ask"));
      Map<String, String> told = asked.getContextExtensionsMap();
      answer.onNext(
          allowed
              ? CheckResponse.newBuilder()
                  .setStatus(Status.getDefaultInstance())
                  .setOkResponse(
                      OkHttpResponse.newBuilder()
                          .addHeaders(header("x-provider", "grpc"))
                          .addHeaders(
                              header(
                                  "x-workload",
                                  told.get("service")
                                      + "."
                                      + told.get("namespace")
                                      + ":"
                                      + told.get("port")
                                      + " "
                                      + told.get("label.tier")))
                          .mergeFrom(tokens(headers)))
                  .build()
              : CheckResponse.newBuilder().setStatus(Status.newBuilder().setCode(7)).build());
      answer.onCompleted();
    }

    private static OkHttpResponse tokens(Map<String, String> headers) {
      OkHttpResponse.Builder tokens = OkHttpResponse.newBuilder();
      if (headers.containsKey("x-ask-put")) {
        tokens.addHeaders(
            header("authorization", headers.get("x-ask-put")).toBuilder()
                .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD));
      }
      if (headers.containsKey("x-ask-strip")) {
        tokens.addHeadersToRemove("authorization");
      }
      return tokens.build();
    }

    private static boolean letsThrough(AttributeContext connection) {
      return connection.getSource().getPrincipal().contains("/sa/friend")
          && connection.getDestination().getPrincipal().startsWith("spiffe://")
          && connection.getTlsSession().getSni().endsWith(".httpbin.foo.east.demo")
          && Workload.SAID
              .get()
              .equals(
                  "label.app=httpbin&label.app.kubernetes.io%2Fname=httpbin"
                      + "&label.service.istio.io%2Fcanonical-name=httpbin&label.tier=front"
                      + "&namespace=foo&port=8000&service=httpbin");
    }

    private static HeaderValueOption header(String name, String value) {
      return HeaderValueOption.newBuilder()
          .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
          .build();
    }
  }

  @Override
  public void close() throws IOException {
    grpc.shutdownNow();
    http.stop(0);
    gone.close();
    threads.close();
  }
}
