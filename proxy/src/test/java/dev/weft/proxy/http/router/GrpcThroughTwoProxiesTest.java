package dev.weft.proxy.http.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A gRPC client and server of grpc-java with two proxies between them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrpcThroughTwoProxiesTest {
  private static final MethodDescriptor.Marshaller<String> TEXT =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(value.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
          try {
            return new String(stream.readAllBytes(), UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private static final Metadata.Key<String> DETAIL =
      Metadata.Key.of("x-detail", Metadata.ASCII_STRING_MARSHALLER);

  private final MethodDescriptor<String, String> unary = method("Unary", MethodType.UNARY);
  private final MethodDescriptor<String, String> many = method("Many", MethodType.SERVER_STREAMING);
  private final MethodDescriptor<String, String> join = method("Join", MethodType.CLIENT_STREAMING);
  private final MethodDescriptor<String, String> talk = method("Talk", MethodType.BIDI_STREAMING);
  private final AtomicBoolean cancelled = new AtomicBoolean();

  private Server server;
  private RoutedProxy inner;
  private RoutedProxy outer;
  private ManagedChannel channel;

  private static MethodDescriptor<String, String> method(String name, MethodType type) {
    return MethodDescriptor.<String, String>newBuilder(TEXT, TEXT)
        .setFullMethodName("test.Echo/" + name)
        .setType(type)
        .build();
  }

  @BeforeAll
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder("test.Echo")
                    .addMethod(unary, ServerCalls.asyncUnaryCall(this::onUnary))
                    .addMethod(many, ServerCalls.asyncServerStreamingCall(this::onMany))
                    .addMethod(join, ServerCalls.asyncClientStreamingCall(Joiner::new))
                    .addMethod(talk, ServerCalls.asyncBidiStreamingCall(Talker::new))
                    .build())
            .build()
            .start();
    inner = proxy(server.getPort());
    outer = proxy(inner.port());
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", outer.port())
            .overrideAuthority("payments.mesh")
            .usePlaintext()
            .build();
  }

  private static RoutedProxy proxy(int port) {
    return new RoutedProxy(1, HttpProtocol.HTTP2)
        .serve(Configs.withoutRetries(), null, Configs.endpoints(new int[] {port}));
  }

  @AfterAll
  void stop() {
    channel.shutdownNow();
    outer.close();
    inner.close();
    server.shutdownNow();
  }

  private void onUnary(String asked, StreamObserver<String> answers) {
    if (asked.equals("hang")) {
      ((ServerCallStreamObserver<String>) answers).setOnCancelHandler(() -> cancelled.set(true));
      return;
    }
    if (asked.startsWith("fail")) {
      Metadata trailers = new Metadata();
      trailers.put(DETAIL, "told");
      answers.onError(
          Status.FAILED_PRECONDITION.withDescription("not now: 100%").asException(trailers));
      return;
    }
    answers.onNext("echo " + asked);
    answers.onCompleted();
  }

  private void onMany(String asked, StreamObserver<String> answers) {
    int count = Integer.parseInt(asked);
    for (int i = 0; i < count; i++) {
      answers.onNext("answer " + i);
    }
    Metadata trailers = new Metadata();
    trailers.put(DETAIL, "after " + count);
    answers.onError(Status.ABORTED.asException(trailers));
  }

  private record Joiner(StringBuilder all, StreamObserver<String> answers)
      implements StreamObserver<String> {
    Joiner(StreamObserver<String> answers) {
      this(new StringBuilder(), answers);
    }

    @Override
    public void onNext(String value) {
      all.append(value);
    }

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {
      answers.onNext(all.toString());
      answers.onCompleted();
    }
  }

  private record Talker(StreamObserver<String> answers) implements StreamObserver<String> {
    @Override
    public void onNext(String value) {
      answers.onNext("re " + value);
    }

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }

  private record Heard(BlockingQueue<String> all) implements StreamObserver<String> {
    @Override
    public void onNext(String value) {
      all.add(value);
    }

    @Override
    public void onError(Throwable failed) {
      all.add("error " + Status.fromThrowable(failed).getCode());
    }

    @Override
    public void onCompleted() {
      all.add("completed");
    }
  }

  private static CallOptions within() {
    return CallOptions.DEFAULT.withDeadlineAfter(Duration.ofSeconds(30));
  }

  private static String next(Heard heard) throws InterruptedException {
    return heard.all().poll(30, TimeUnit.SECONDS);
  }

  @Test
  void unaryCallsAndTheirErrors() {
    String large = "x".repeat(1 << 20);
    assertThat(ClientCalls.blockingUnaryCall(channel, unary, within(), large))
        .isEqualTo("echo " + large);
    assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel, unary, within(), "fail"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failed -> {
              assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
              assertThat(failed.getStatus().getDescription()).isEqualTo("not now: 100%");
              assertThat(failed.getTrailers().get(DETAIL)).isEqualTo("told");
            });
  }

  @Test
  void aServerStreamEndsWithItsTrailers() {
    Iterator<String> answers =
        ClientCalls.blockingServerStreamingCall(channel, many, within(), "500");
    List<String> got = new ArrayList<>();
    assertThatThrownBy(() -> answers.forEachRemaining(got::add))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failed -> {
              assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
              assertThat(failed.getTrailers().get(DETAIL)).isEqualTo("after 500");
            });
    assertThat(got).hasSize(500).last().isEqualTo("answer 499");
  }

  @Test
  void aClientStreamIsAnsweredAtItsEnd() throws Exception {
    Heard heard = new Heard(new LinkedBlockingQueue<>());
    StreamObserver<String> requests =
        ClientCalls.asyncClientStreamingCall(channel.newCall(join, within()), heard);
    for (String part : List.of("one ", "two ", "three")) {
      requests.onNext(part);
    }
    requests.onCompleted();
    assertThat(next(heard)).isEqualTo("one two three");
    assertThat(next(heard)).isEqualTo("completed");
  }

  @Test
  void bothSidesOfAConversationGoOnByTurns() throws Exception {
    Heard heard = new Heard(new LinkedBlockingQueue<>());
    StreamObserver<String> requests =
        ClientCalls.asyncBidiStreamingCall(channel.newCall(talk, within()), heard);
    for (int i = 0; i < 20; i++) {
      requests.onNext("turn " + i);
      assertThat(next(heard)).isEqualTo("re turn " + i);
    }
    requests.onCompleted();
    assertThat(next(heard)).isEqualTo("completed");
  }

  @Test
  void aDeadlineThatPassesReachesTheServer() {
    cancelled.set(false);
    // The connections are there: nothing but the call itself runs against the deadline.
    ClientCalls.blockingUnaryCall(channel, unary, within(), "first");
    assertThatThrownBy(() ->
            ClientCalls.blockingUnaryCall(
                channel,
                unary,
                CallOptions.DEFAULT.withDeadlineAfter(Duration.ofSeconds(2)),
                "hang"))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failed ->
                // The server has the deadline too: where its clock is first it resets the call.
                assertThat(failed.getStatus().getCode())
                    .isIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.UNAVAILABLE));
    await().atMost(Duration.ofSeconds(30)).untilTrue(cancelled);
  }

  @Test
  void aProxyWithoutHostAnswersUnavailable() {
    try (RoutedProxy lonely =
        new RoutedProxy(1, HttpProtocol.HTTP2)
            .serve(Configs.withoutRetries(), null, Configs.endpoints(new int[] {}))) {
      ManagedChannel toNobody =
          NettyChannelBuilder.forAddress("127.0.0.1", lonely.port()).usePlaintext().build();
      try {
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(toNobody, unary, within(), "x"))
            .isInstanceOfSatisfying(
                StatusRuntimeException.class,
                failed ->
                    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
      } finally {
        toNobody.shutdownNow();
      }
    }
  }
}
