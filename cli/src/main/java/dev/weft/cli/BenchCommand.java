package dev.weft.cli;

import dev.weft.cli.demo.RegistrationBenchmark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code weft bench}: what is measured with real processes. Without a sub-command it is the
 * comparison of proxies, a program of its own that gets all options, {@code --help} among them.
 */
@Command(
    name = "bench",
    subcommands = RegistrationBenchmark.class,
    description = "Compares Weft's proxy with others, with real processes.")
public final class BenchCommand implements Callable<Integer> {
  @Unmatched private List<String> options = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    return BenchProgram.run("dev.weft.bench.comparison.ComparisonMain", options);
  }
}
