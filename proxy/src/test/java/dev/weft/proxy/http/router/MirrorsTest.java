package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MirrorsTest {
  @ParameterizedTest
  @CsvSource({
    "a.mesh, a.mesh-shadow",
    "a.mesh:80, a.mesh-shadow:80",
    "[::1], [::1]-shadow",
    "[::1]:80, [::1]-shadow:80",
  })
  void theHostOfACopyIsMarked(String host, String marked) {
    assertThat(Mirrors.marked(host)).isEqualTo(marked);
  }
}
