package dev.weft.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code weft soak}: a program of its own that gets all options, {@code --help} among them. */
@Command(
    name = "soak",
    description = "Loads sidecars and a gateway while all that they are told changes.")
public final class SoakCommand implements Callable<Integer> {
  @Unmatched private List<String> options = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    return BenchProgram.run("dev.weft.bench.soak.SoakMain", options);
  }
}
