package dev.weft.cli.policy;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weft policy}. */
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    subcommands = PolicyTestCommand.class,
    description = "Works with policies in files.")
public final class PolicyCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    CommandLine.usage(spec, System.out);
  }
}
