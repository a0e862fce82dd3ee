package dev.weft.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Loses every local instance of payments by {@code kill -9}, then by SIGSTOP, under steady load,
 * and brings them back each time. One thread.
 */
final class Drill {
  private static final int PER_SECOND = 110;

  private final World world;
  private final Screen screen;
  private final String local;
  private final List<RunningInstance> payments;
  private final Set<String> lost = new HashSet<>();
  private final List<Round> rounds = new ArrayList<>();

  Drill(World world, Screen screen) {
    this.world = world;
    this.screen = screen;
    this.local = world.east().plan().name();
    this.payments = world.east().payments();
  }

  /**
   * Runs the rounds.
   *
   * @param requests how many requests there are at least; 0: the round of {@code kill -9} only
   * @param killAgents whether both agents are killed in the first round and started again in the
   *     second
   */
  Verdict run(int requests, boolean killAgents) throws IOException {
    URI orders =
        URI.create(
            "http://127.0.0.1:" + world.east().plan().orders().getFirst().appPort() + "/orders");
    Caller caller = new Caller(orders, PER_SECOND, Long.toHexString(System.nanoTime()));
    try (caller) {
      warmUp(caller);
      caller.start();
      watch(caller, 3);
      if (killAgents) {
        for (RunningCluster cluster : world.clusters()) {
          cluster.agent().kill();
        }
        screen.event("killed (kill -9) both agents");
        watch(caller, 1);
      }
      killRound(caller, killAgents);
      if (requests > 0) {
        watch(caller, 2);
        stopRound(caller);
      }
      while (caller.sent() < requests) {
        watch(caller, 1);
      }
    }
    return new Verdict(
        caller.answers(), List.copyOf(rounds), world.executed(), Set.copyOf(lost), local);
  }

  private void killRound(Caller caller, boolean restartAgents) throws IOException {
    long begin = System.nanoTime();
    for (RunningInstance instance : payments) {
      instance.application().kill();
      lose(instance, "killed (kill -9)");
      watch(caller, 2);
    }
    watch(caller, 3);
    if (restartAgents) {
      for (RunningCluster cluster : world.clusters()) {
        cluster.startAgentAgain();
      }
      screen.event("started both agents again");
      for (RunningCluster cluster : world.clusters()) {
        world.await(
            cluster.plan().name() + "'s agent", () -> cluster.api().answers("/api/v1/clusters"));
      }
    }
    long revive = System.nanoTime();
    long back = 0;
    for (RunningInstance instance : payments) {
      instance.startAgain();
    }
    for (RunningInstance instance : payments) {
      Api health =
          new Api(instance.plan().appPort(), world.layout().directory().resolve("no-token"));
      world.await(instance.plan().label(), () -> health.answers("/health"));
      back = back == 0 ? System.nanoTime() : back;
    }
    screen.event("started both again");
    awaitLocal(caller, back);
    rounds.add(new Round("kill", begin, revive, back, System.nanoTime()));
  }

  private void stopRound(Caller caller) throws IOException {
    long begin = System.nanoTime();
    for (RunningInstance instance : payments) {
      instance.application().stop();
      lose(instance, "hung (SIGSTOP)");
      watch(caller, 3);
    }
    watch(caller, 3);
    for (RunningInstance instance : payments) {
      instance.application().resume();
    }
    long back = System.nanoTime();
    screen.event("resumed both (SIGCONT)");
    awaitLocal(caller, back);
    rounds.add(new Round("stop", begin, back, back, System.nanoTime()));
  }

  private void lose(RunningInstance instance, String how) {
    lost.add(instance.plan().label());
    screen.event(how + " " + instance.plan().label());
  }

  private void warmUp(Caller caller) {
    for (String method : List.of("GET", "POST")) {
      world.await("an answer to " + method + " through the mesh", () -> caller.once(method).ok());
    }
  }

  private void awaitLocal(Caller caller, long since) {
    world.await(
        "traffic to return to " + local,
        () ->
            caller.answers().stream()
                .anyMatch(a -> a.sentNanos() >= since && a.ok() && a.cluster().equals(local)));
    screen.event("traffic returned to " + local);
    watch(caller, 2);
  }

  /** Shows each second who answers. */
  private void watch(Caller caller, int seconds) {
    for (int i = 0; i < seconds; i++) {
      int before = caller.answers().size();
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      List<Answer> all = caller.answers();
      screen.answers(all.subList(before, all.size()));
    }
  }
}
