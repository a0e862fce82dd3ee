package dev.weft.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ToolOutputTest {

  @Test
  void readsWhatWrkPrints() throws IOException {
    LoadResult result =
        Wrk.parse(
            """
              Latency Distribution
                 50%  353.00us
                 75%  400.00us
                 90%    2.10ms
                 99%    1.17s
              158673 requests in 2.10s, 191.27MB read
              Socket errors: connect 1, read 2, write 3, timeout 4
              Non-2xx or 3xx responses: 5
            Requests/sec:  75586.90
            """);
    assertThat(result).isEqualTo(new LoadResult(158_673, 15, 2.10, 353, 1.17e6));
  }

  @Test
  void readsMinutes() throws IOException {
    LoadResult result = Wrk.parse("286521 requests in 1.50m, 338.83MB read\n");
    assertThat(result.seconds()).isEqualTo(90);
  }

  @Test
  void readsWhatH2loadPrints() throws IOException {
    LoadResult result =
        H2load.parse(
            """
            finished in 980.00ms, 26604.00 req/s, 29.18MB/s
            requests: 26608 total, 26608 started, 26608 done, 26604 succeeded, 1 failed, 2 errored, 1 timeout
            """,
            1,
            2,
            3,
            4);
    assertThat(result).isEqualTo(new LoadResult(26_604, 4, 0.98, 2, 4));
  }

  @Test
  void refusesWhatHasNoTotals() {
    assertThatThrownBy(() -> Wrk.parse("unable to connect")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> H2load.parse("unable to connect")).isInstanceOf(IOException.class);
  }
}
