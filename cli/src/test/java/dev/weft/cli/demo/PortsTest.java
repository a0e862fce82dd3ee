package dev.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void aPortInUseIsReplacedByAFreeOne() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Ports ports = new Ports()) {
      assertThat(ports.take(taken.getLocalPort())).isNotEqualTo(taken.getLocalPort()).isPositive();
    }
  }

  @Test
  void noPortIsGivenTwice() {
    try (Ports ports = new Ports()) {
      int first = ports.take(20_000);

      assertThat(ports.take(first)).isNotEqualTo(first);
    }
  }

  @Test
  void demosThatStartAtOnceShareNoPort() throws Exception {
    int demos = 4;
    CyclicBarrier start = new CyclicBarrier(demos);
    List<Ports> all = IntStream.range(0, demos).mapToObj(i -> new Ports()).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(demos)) {
      List<Callable<List<Integer>>> demo = new ArrayList<>();
      for (Ports ports : all) {
        demo.add(() -> {
          start.await();
          return IntStream.range(0, 30).map(i -> ports.take(20_000 + i)).boxed().toList();
        });
      }
      Set<Integer> given = new HashSet<>();
      for (Future<List<Integer>> one : threads.invokeAll(demo)) {
        assertThat(one.get()).allSatisfy(port -> assertThat(given.add(port)).isTrue());
      }
    } finally {
      all.forEach(Ports::close);
    }
  }

  @Test
  void aPortIsHeldUntilItIsGivenUp() throws Exception {
    int port;
    try (Ports first = new Ports();
        Ports second = new Ports()) {
      port = first.take(21_000);
      try (ServerSocket program = new ServerSocket()) {
        program.bind(new InetSocketAddress("127.0.0.1", port));
        assertThat(program.isBound()).isTrue();
      }

      assertThat(second.take(port)).isNotEqualTo(port);
    }
    try (Ports third = new Ports()) {
      assertThat(third.take(port)).isEqualTo(port);
    }
  }
}
