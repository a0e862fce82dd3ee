package dev.weft.cli.demo.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutionLogTest {
  @TempDir Path directory;

  @Test
  void whatWasExecutedIsReadBackInOrder() throws Exception {
    Path file = directory.resolve("executed.log");
    try (ExecutionLog log = new ExecutionLog(file)) {
      log.executed(1, "GET", "a");
      log.executed(2, "POST", "b c");
    }

    assertThat(ExecutionLog.read(file))
        .containsExactly(
            new ExecutionLog.Entry(1, "GET", "a"), new ExecutionLog.Entry(2, "POST", "b c"));
  }

  @Test
  void aLogThatWasNeverOpenedIsEmpty() throws Exception {
    assertThat(ExecutionLog.read(directory.resolve("none.log"))).isEmpty();
  }
}
