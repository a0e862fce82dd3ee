package dev.weft.cli;

import dev.weft.cli.demo.RegistrationBenchmark;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weft bench}: what is measured with real processes. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    subcommands = RegistrationBenchmark.class,
    description = "Measures the mesh with real processes.")
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "Name a benchmark: registration");
  }
}
