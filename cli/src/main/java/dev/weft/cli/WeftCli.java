package dev.weft.cli;

import dev.weft.cli.demo.DemoCommand;
import dev.weft.cli.demo.Rehearsal;
import dev.weft.cli.explain.ExplainCommand;
import dev.weft.cli.policy.PolicyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code weft} command. */
@Command(
    name = "weft",
    mixinStandardHelpOptions = true,
    version = "weft 0.1.0-SNAPSHOT",
    subcommands = {
      DemoCommand.class,
      PolicyCommand.class,
      ExplainCommand.class,
      BenchCommand.class,
      SoakCommand.class,
      Rehearsal.class
    },
    description = "Operates a Weft mesh.")
public final class WeftCli implements Runnable {
  /** Called by the JVM; exits with picocli's exit code. */
  public static void main(String... args) {
    System.exit(new CommandLine(new WeftCli()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}
