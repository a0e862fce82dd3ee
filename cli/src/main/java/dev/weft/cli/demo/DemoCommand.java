package dev.weft.cli.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Starts two clusters on this machine and shows a live failover.")
public final class DemoCommand implements Callable<Integer> {
  private static final int PASSED = 0;
  private static final int NOT_PASSED = 1;
  private static final int NOT_STARTED = 2;

  @Option(
      names = "--drill",
      description = "Lose instances by kill -9 and by SIGSTOP, judge, and end.")
  private boolean drill;

  @Option(
      names = "--json",
      description =
          "With --drill: the last line is a JSON object; the story goes to standard error.")
  private boolean json;

  @Option(
      names = "--consul",
      description = "A real Consul agent for each cluster instead of the embedded registry.")
  private boolean consul;

  @Option(
      names = "--keep",
      description = "Leave everything up, and say how to play with it, until Ctrl-C.")
  private boolean keep;

  @Option(
      names = "--kill-agents",
      description = "With --drill: both agents are killed before the first instance.")
  private boolean killAgents;

  @Option(
      names = "--rotate",
      description =
          "With --drill: instead, one cluster's root is rotated while both call each other.")
  private boolean rotate;

  @Option(
      names = "--agent-away",
      description =
          "With --drill: instead, both agents are away for a working day of certificates that live two minutes.")
  private boolean agentAway;

  @Option(
      names = "--secrets",
      description =
          "With --drill: instead, secrets are shown to everything and looked for in all that comes out.")
  private boolean secrets;

  @Option(
      names = "--requests",
      defaultValue = "3000",
      description = "At least so many requests (default: ${DEFAULT-VALUE}).")
  private int requests;

  @Override
  public Integer call() throws IOException {
    PrintStream story = json ? System.err : System.out;
    Screen screen = new Screen(story);
    try {
      return run(screen);
    } catch (DemoException e) {
      System.err.println("weft demo: " + e.getMessage());
      return NOT_STARTED;
    }
  }

  private int run(Screen screen) throws IOException {
    try (Ports ports = new Ports()) {
      return run(screen, ports);
    }
  }

  private int run(Screen screen, Ports ports) throws IOException {
    Installation installation = Installation.fromEnvironment();
    Path consulBinary = consul ? consulBinary(installation) : null;
    Path directory = DemoDirectory.create(installation);
    Layout layout = layout(directory, ports);
    screen.event("starting clusters east and west, logs under " + directory);
    boolean passed = false;
    if (consulBinary != null) {
      layout.clusters().forEach(cluster -> ports.release(cluster.gossipPort()));
    }
    World world = World.begin(cluster -> installation, layout, screen, consulBinary);
    try (world) {
      world.complete();
      screen.event("ready: orders in east calls http://payments.mesh through its sidecar");
      passed = passes(world, screen, installation);
      if (keep) {
        Playground.describe(world, screen);
        awaitInterrupt();
      }
    }
    if (passed && !keep) {
      DemoDirectory.remove(directory);
    }
    return passed ? PASSED : NOT_PASSED;
  }

  private boolean passes(World world, Screen screen, Installation installation) throws IOException {
    if (drill && secrets) {
      List<String> problems = new SecretsDrill(world, screen, installation).run();
      problems.forEach(problem -> screen.line("failed: " + problem));
      String verdict = "{\"drill\": \"secrets\", \"leaked\": " + problems.size() + "}";
      if (json) {
        System.out.println(verdict);
      } else {
        screen.line(verdict);
      }
      return problems.isEmpty();
    }
    return (drill && (rotate || agentAway)) ? trust(world, screen) : failover(world, screen);
  }

  private Layout layout(Path directory, Ports ports) {
    Layout layout = Layout.plan(directory, ports);
    if (drill && agentAway) {
      return layout.with(TrustDrill.DAY);
    }
    return (drill && rotate) ? layout.with(TrustDrill.ROTATED) : layout;
  }

  private boolean failover(World world, Screen screen) throws IOException {
    Verdict verdict = new Drill(world, screen).run(drill ? requests : 0, killAgents);
    report(screen, verdict);
    return verdict.passed();
  }

  private boolean trust(World world, Screen screen) throws IOException {
    TrustDrill trust = new TrustDrill(world, screen);
    TrustVerdict verdict = agentAway ? trust.leaveAlone() : trust.rotate();
    tellFailed(screen, verdict.requests());
    verdict.problems().forEach(problem -> screen.line("failed: " + problem));
    if (json) {
      System.out.println(verdict.json());
    } else {
      screen.line(verdict.json());
    }
    return verdict.passed();
  }

  private static void tellFailed(Screen screen, Verdict verdict) {
    for (Answer answer : verdict.failed().stream().limit(10).toList()) {
      screen.line(
          "failed: "
              + answer.method()
              + " "
              + answer.id()
              + " "
              + answer.status()
              + " "
              + answer.detail());
    }
  }

  private void report(Screen screen, Verdict verdict) {
    tellFailed(screen, verdict);
    if (json) {
      System.out.println(verdict.json());
    } else {
      screen.line(
          String.format(
              Locale.ROOT,
              "%d requests: %d failed, %d executed twice, %d not repeatable (a POST that had begun in a lost instance)",
              verdict.answers().size(),
              verdict.failed().size(),
              verdict.duplicates().size(),
              verdict.notRepeatable().size()));
      screen.line(verdict.json());
    }
  }

  private static Path consulBinary(Installation installation) {
    return installation
        .consul()
        .orElseThrow(() ->
            new DemoException(
                "there is no Consul: put consul on the PATH, or run .ci/consul/get, which builds version 1.22.7"
                    + " (needs Go, takes some minutes)"));
  }

  private static void awaitInterrupt() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
