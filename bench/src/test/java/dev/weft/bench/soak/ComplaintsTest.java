package dev.weft.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a soak with {@code --paranoid} says of a node that loses a buffer: a JVM with the same
 * arguments loses one, and its log is read in the same way.
 */
class ComplaintsTest {
  private static final int LIMIT_SECONDS = 120;

  @TempDir private Path directory;

  @Test
  void aBufferThatNobodyReleasedIsComplainedOf() throws Exception {
    assertThat(Complaints.in(run("lose")))
        .isNotEmpty()
        .allSatisfy(
            line -> assertThat(line).contains("LEAK: ByteBuf.release() was not called before"));
  }

  @Test
  void nothingIsComplainedOfWhereAllWereReleased() throws Exception {
    assertThat(Complaints.in(run("release"))).isEmpty();
  }

  @Test
  void errorsAreComplaintsAndAtMostTenAreTold() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      lines.add("2026-01-01 10:00:00,000 INFO  [a] (main) no ERROR-like word counts");
      lines.add("2026-01-01 10:00:00,000 ERROR [a] (main) a bug " + i);
    }
    Path log = Files.write(directory.resolve("log"), lines);
    assertThat(Complaints.in(log))
        .hasSize(10)
        .first()
        .asString()
        .isEqualTo("2026-01-01 10:00:00,000 ERROR [a] (main) a bug 0");
  }

  @Test
  void errorsInTheJvmsOwnFormAreComplaintsToo() throws IOException {
    Path log =
        Files.write(
            directory.resolve("log"),
            List.of(
                "Jan 01, 2026 10:00:00 AM a.B run",
                "INFO: no ERROR: counts",
                "Jan 01, 2026 10:00:00 AM a.B run",
                "ERROR: a bug"));
    assertThat(Complaints.in(log)).containsExactly("ERROR: a bug");
  }

  private Path run(String argument) throws Exception {
    Path log = directory.resolve(argument + ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m"));
    command.addAll(Complaints.PARANOID);
    command.addAll(
        List.of(
            "-cp", System.getProperty("java.class.path"), BufferUser.class.getName(), argument));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    } finally {
      process.destroyForcibly();
    }
    return log;
  }
}
