package dev.weft.proxy.failure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of failures in {@code docs/life-of-a-request.md} has every one, and says the same. */
final class FailureTableTest {
  private static final Path PAGE =
      Path.of(System.getProperty("weft.root", ".."), "docs", "life-of-a-request.md");
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| `([A-Z_]+)` \\| `([^`]+)` \\| (\\d+|–)[^|]*\\| (\\d+) \\| (yes|no) \\|");

  private record Row(String flag, int status, int grpc, boolean unreached) {}

  @Test
  void theTableIsThePrograms() throws IOException {
    Map<String, Row> said = new LinkedHashMap<>();
    Matcher rows = ROW.matcher(Files.readString(PAGE, UTF_8));
    while (rows.find()) {
      String status = rows.group(3);
      said.put(
          rows.group(1),
          new Row(
              rows.group(2),
              status.equals("–") ? 0 : Integer.parseInt(status),
              Integer.parseInt(rows.group(4)),
              rows.group(5).equals("yes")));
    }
    Map<String, Row> real = new LinkedHashMap<>();
    for (Failure failure : Failure.values()) {
      real.put(
          failure.name(),
          new Row(failure.flag(), failure.status(), failure.grpcStatus(), failure.unreached()));
    }
    assertThat(said).isEqualTo(real);
  }
}
