package dev.weft.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.testing.TestConfigs;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Envoy's order: port, server name, transport protocol, application protocol. */
class ChainTableTest {

  private static FilterChain chain(String name, ChainMatch match) {
    return new FilterChain(name, match, null, List.of(), TestConfigs.http());
  }

  private static ChainMatch match(int port, String transport, List<String> alpn, String... names) {
    return new ChainMatch(port, List.of(names), transport, alpn);
  }

  private final ChainTable table =
      new ChainTable(
          TestConfigs.listener(
              "main",
              true,
              chain("any", match(0, "", List.of())),
              chain("exact", match(0, "tls", List.of(), "a.b.c")),
              chain("near", match(0, "tls", List.of(), "*.b.c")),
              chain("far", match(0, "tls", List.of(), "*.c")),
              chain("far-h2", match(0, "tls", List.of("h2"), "*.c")),
              chain("plain", match(0, "raw_buffer", List.of())),
              chain("port", match(99, "tls", List.of(), "a.b.c"))));

  private String choose(int port, String serverName, boolean tls, String... alpn) {
    FilterChain chosen = table.choose(new ChainTable.Facts(port, serverName, tls, List.of(alpn)));
    return chosen == null ? "none" : chosen.name();
  }

  @Test
  void theMostSpecificServerNameDecides() {
    assertThat(choose(1, "a.b.c", true)).isEqualTo("exact");
    assertThat(choose(1, "x.b.c", true)).isEqualTo("near");
    assertThat(choose(1, "x.y.b.c", true)).isEqualTo("near");
    assertThat(choose(1, "x.y.c", true)).isEqualTo("far");
    assertThat(choose(1, "c", true)).isEqualTo("any");
    assertThat(choose(1, "", true)).isEqualTo("any");
  }

  @Test
  void thenTransportThenApplicationProtocol() {
    assertThat(choose(1, "x.c", true, "h2", "http/1.1")).isEqualTo("far-h2");
    assertThat(choose(1, "x.c", true, "http/1.1")).isEqualTo("far");
    assertThat(choose(1, "", false)).isEqualTo("plain");
  }

  @Test
  void aSpecificPortIsNotLeftAgain() {
    assertThat(choose(99, "a.b.c", true)).isEqualTo("port");
    assertThat(choose(99, "x.b.c", true)).isEqualTo("none");
    assertThat(choose(99, "a.b.c", false)).isEqualTo("none");
  }
}
