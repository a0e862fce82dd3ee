package dev.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void aPortInUseIsReplacedByAFreeOne() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(new Ports().take(taken.getLocalPort()))
          .isNotEqualTo(taken.getLocalPort())
          .isPositive();
    }
  }

  @Test
  void noPortIsGivenTwice() {
    Ports ports = new Ports();
    int first = ports.take(0);

    assertThat(ports.take(first)).isNotEqualTo(first);
  }
}
