package dev.weft.cli.explain;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weft explain}. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    subcommands = ExplainAuthzCommand.class,
    description = "Asks an agent what it would decide, and why.")
public final class ExplainCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    CommandLine.usage(spec, System.out);
  }
}
