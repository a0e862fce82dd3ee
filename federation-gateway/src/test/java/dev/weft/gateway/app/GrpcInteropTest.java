package dev.weft.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.HostPort;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.TestServiceImpl;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.AssumptionViolatedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * The interoperability tests of the gRPC project (grpc/doc/interop-test-descriptions.md), as
 * grpc-java has them, from sidecar to sidecar and with the gateway between them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrpcInteropTest {

  /** What looks at the server from inside: it is in another place here. */
  private static final List<String> OF_THE_SERVER = List.of("sendsTimeoutHeader");

  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
  private final List<String> timeouts = new CopyOnWriteArrayList<>();
  @TempDir private static Path directory;
  private Server server;
  private TwoClusters mesh;

  @BeforeAll
  void start() throws Exception {
    List<ServerInterceptor> interceptors = new ArrayList<>(TestServiceImpl.interceptors());
    interceptors.add(new TimeoutHeaders());
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .maxInboundMessageSize(AbstractInteropTest.MAX_MESSAGE_SIZE)
            .addService(ServerInterceptors.intercept(new TestServiceImpl(timer), interceptors))
            .build()
            .start();
    mesh = new TwoClusters(directory, new HostPort("127.0.0.1", server.getPort()));
  }

  @AfterAll
  void stop() {
    mesh.close();
    server.shutdownNow();
    timer.shutdownNow();
  }

  private final class TimeoutHeaders implements ServerInterceptor {
    private static final Metadata.Key<String> TIMEOUT =
        Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      if (headers.containsKey(TIMEOUT)) {
        timeouts.add(headers.get(TIMEOUT));
      }
      return next.startCall(call, headers);
    }
  }

  /** A client of the project's tests; what they are is in their class. */
  private static final class Client extends AbstractInteropTest {
    private final HostPort outbound;
    private final String authority;

    Client(HostPort outbound, String authority) {
      this.outbound = outbound;
      this.authority = authority;
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
      return NettyChannelBuilder.forAddress(outbound.host(), outbound.port())
          .overrideAuthority(authority)
          .maxInboundMessageSize(MAX_MESSAGE_SIZE)
          .usePlaintext();
    }

    @Override
    protected boolean metricsExpected() {
      return false;
    }

    /** Milliseconds: a busy machine takes longer than the five seconds that they grant. */
    @Override
    protected int operationTimeoutMillis() {
      return 30_000;
    }
  }

  private record Case(Method method, Object... arguments) {
    void run(Client client) throws Throwable {
      client.setUp();
      try {
        method.invoke(client, arguments);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof AssumptionViolatedException skipped) {
          throw new TestAbortedException(String.valueOf(skipped.getMessage()), skipped);
        }
        throw e.getCause();
      } finally {
        client.tearDown();
      }
    }

    String name() {
      return method.getName() + (arguments.length == 0 ? "" : Arrays.toString(arguments));
    }
  }

  private static List<Case> cases() throws NoSuchMethodException {
    List<Case> cases = new ArrayList<>();
    Arrays.stream(AbstractInteropTest.class.getMethods())
        .filter(method -> method.isAnnotationPresent(org.junit.Test.class))
        .filter(method -> !OF_THE_SERVER.contains(method.getName()))
        .sorted(Comparator.comparing(Method::getName))
        .forEach(method -> cases.add(new Case(method)));
    // Those that only their main class calls. No probe before them: grpc-java's server does not
    // know it.
    cases.add(new Case(AbstractInteropTest.class.getMethod("serverCompressedUnary")));
    cases.add(new Case(AbstractInteropTest.class.getMethod("serverCompressedStreaming")));
    for (String name : List.of("clientCompressedUnary", "clientCompressedStreaming")) {
      cases.add(new Case(AbstractInteropTest.class.getMethod(name, boolean.class), false));
    }
    return cases;
  }

  @TestFactory
  Stream<DynamicTest> fromSidecarToSidecar() throws NoSuchMethodException {
    return tests(TwoClusters.NEAR);
  }

  @TestFactory
  Stream<DynamicTest> throughTheGateway() throws NoSuchMethodException {
    return tests(TwoClusters.FAR);
  }

  private Stream<DynamicTest> tests(String authority) throws NoSuchMethodException {
    List<Case> cases = cases();
    assertThat(cases).hasSizeGreaterThan(30);
    return Stream.concat(
        cases.stream()
            .map(one ->
                DynamicTest.dynamicTest(
                    one.name(), () -> one.run(new Client(mesh.outbound(), authority)))),
        Stream.of(
            DynamicTest.dynamicTest(
                "the deadline reaches the server", () -> deadlineIsTold(authority))));
  }

  private void deadlineIsTold(String authority) throws Exception {
    timeouts.clear();
    Client client = new Client(mesh.outbound(), authority);
    client.setUp();
    try {
      client.deadlineNotExceeded();
    } finally {
      client.tearDown();
    }
    assertThat(timeouts).isNotEmpty().allMatch(timeout -> timeout.matches("[0-9]{1,8}[HMSmun]"));
  }
}
