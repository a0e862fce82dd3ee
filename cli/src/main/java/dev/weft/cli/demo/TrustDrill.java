package dev.weft.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Takes what identity rests on away or replaces it while both clusters call each other through the
 * gateways: the root of one, or the agents of both for a working day of ten hours. Days are short
 * here: 24 hours are what certificates live. One thread.
 */
final class TrustDrill {
  /** What certificates live while the root is rotated: so long it takes at least. */
  static final Duration ROTATED = Duration.ofMinutes(1);

  /** What they live while the agents are away. */
  static final Duration DAY = Duration.ofMinutes(2);

  private static final Duration WORKING_DAY = DAY.multipliedBy(10).dividedBy(24);

  /** The age of the oldest certificate when the agents leave: just before renewals begin. */
  private static final double LEAVE_AT = 0.40;

  private static final int PER_SECOND = 60;
  private static final int QUIET_SECONDS = 4;
  private static final int LONGEST_WARM_UP = 90;
  private static final long QUICK_MICROS = 300_000;

  private final World world;
  private final Screen screen;
  private final Map<String, Long> facts = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  TrustDrill(World world, Screen screen) {
    this.world = world;
    this.screen = screen;
  }

  private interface Act {
    void run(List<Caller> callers) throws IOException;
  }

  /** Rotates the root of one cluster, all phases. */
  TrustVerdict rotate() throws IOException {
    return underLoad("rotate", this::rotateRoot);
  }

  /** Kills both agents, and starts them again when the day is over. */
  TrustVerdict leaveAlone() throws IOException {
    return underLoad("agent-away", this::workingDay);
  }

  private TrustVerdict underLoad(String name, Act act) throws IOException {
    for (RunningCluster cluster : world.clusters()) {
      String other = world.layout().peerOf(cluster.plan()).name();
      cluster.prefer(other);
      try (Caller probe = caller(cluster)) {
        world.await(
            "answers of " + other + " to " + cluster.plan().name(),
            () -> probe.once("GET").cluster().equals(other));
      }
    }
    warmUp();
    List<Caller> callers = world.clusters().stream().map(TrustDrill::caller).toList();
    try {
      callers.forEach(Caller::start);
      watch(callers, 2);
      act.run(callers);
    } finally {
      callers.forEach(Caller::close);
    }
    List<Answer> answers = callers.stream().flatMap(caller -> caller.answers().stream()).toList();
    facts.put("overGateways", overGateways(callers));
    return new TrustVerdict(
        name,
        new Verdict(answers, List.of(), world.executed(), Set.of(), ""),
        facts,
        List.copyOf(problems));
  }

  private static Caller caller(RunningCluster cluster) {
    URI orders =
        URI.create("http://127.0.0.1:" + cluster.plan().orders().getFirst().appPort() + "/orders");
    return new Caller(
        orders, PER_SECOND, cluster.plan().name() + Long.toHexString(System.nanoTime()));
  }

  /**
   * Calls until programs that have just started are quick for some seconds on end: what is judged
   * is what happens to those that run.
   */
  private void warmUp() {
    List<Caller> callers = world.clusters().stream().map(TrustDrill::caller).toList();
    try {
      callers.forEach(Caller::start);
      int quiet = 0;
      for (int second = 0; quiet < QUIET_SECONDS; second++) {
        if (second > LONGEST_WARM_UP) {
          throw new DemoException("calls do not become quick, this machine has too little time");
        }
        List<Answer> fresh = watch(callers, 1);
        boolean quick =
            !fresh.isEmpty()
                && fresh.stream().allMatch(one -> one.ok() && one.micros() < QUICK_MICROS);
        quiet = quick ? quiet + 1 : 0;
      }
    } finally {
      callers.forEach(Caller::close);
    }
    screen.event("warm: what is sent from now on counts");
  }

  private void rotateRoot(List<Caller> callers) throws IOException {
    Api api = world.east().api();
    String before = root(api);
    long begin = System.nanoTime();
    api.send("POST", "/api/v1/ca/rotate", "{\"what\": \"root\"}");
    screen.event("the root of " + world.east().plan().name() + " is being rotated");
    String phase = "";
    while (!phase.equals("steady")) {
      watch(callers, 1);
      JsonNode now = api.send("GET", "/api/v1/ca", "");
      if (!now.path("phase").asText().equals(phase)) {
        phase = now.path("phase").asText();
        screen.event("phase " + phase);
      }
      if (System.nanoTime() - begin > ROTATED.multipliedBy(6).toNanos()) {
        throw new DemoException("the rotation does not end: " + now);
      }
    }
    facts.put("rotationMillis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    if (root(api).equals(before)) {
      problems.add("the root is the one that it was");
    }
    // Everybody renews once more, with an agent that nothing but the new root vouches for.
    watch(callers, Math.toIntExact(ROTATED.dividedBy(2).toSeconds()) + 3);
    for (NodeCertificate one : certificates()) {
      if (one.overdue() || one.secondsLeft() < 0.3 * ROTATED.toSeconds()) {
        problems.add("not renewed after the rotation: " + one);
      }
    }
  }

  private void workingDay(List<Caller> callers) throws IOException {
    double day = DAY.toSeconds();
    while (certificates().stream().allMatch(one -> one.secondsLeft() > (1 - LEAVE_AT) * day)) {
      watch(callers, 1);
    }
    world.clusters().forEach(cluster -> cluster.agent().kill());
    screen.event("killed (kill -9) both agents, for a day's " + hours(WORKING_DAY) + " h");
    long left = System.nanoTime();
    Set<String> complained = new TreeSet<>();
    while (System.nanoTime() - left < WORKING_DAY.toNanos()) {
      watch(callers, 2);
      for (NodeCertificate one : certificates()) {
        if (one.overdue() && complained.add(one.node())) {
          screen.event("alert: " + one);
        }
        if (!one.rightAbout(day)) {
          problems.add("an alert at the wrong time: " + one);
        }
      }
    }
    facts.put("alerts", (long) complained.size());
    if (complained.isEmpty()) {
      problems.add("nobody complained that its certificate was not renewed");
    }
    for (RunningCluster cluster : world.clusters()) {
      cluster.startAgentAgain();
    }
    long back = System.nanoTime();
    screen.event("started both agents again");
    while (certificates().stream()
        .anyMatch(one -> one.overdue() || one.secondsLeft() < 0.4 * day)) {
      watch(callers, 1);
      if (System.nanoTime() - back > DAY.toNanos()) {
        problems.add("not renewed: " + certificates());
        break;
      }
    }
    facts.put("caughtUpMillis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back));
    watch(callers, 3);
  }

  private List<NodeCertificate> certificates() throws IOException {
    double now = System.currentTimeMillis() / 1000.0;
    List<NodeCertificate> all = new ArrayList<>();
    for (RunningCluster cluster : world.clusters()) {
      Layout.Cluster plan = cluster.plan();
      all.add(node(plan.name() + "/gateway", plan.gateway().adminPort(), now));
      for (Layout.Instance instance : plan.instances()) {
        all.add(node(instance.label(), instance.adminPort(), now));
      }
    }
    return all;
  }

  private NodeCertificate node(String name, int adminPort, double now) throws IOException {
    return NodeCertificate.of(
        name, new Api(adminPort, world.layout().directory().resolve("no-token")), now);
  }

  private static String root(Api api) throws IOException {
    for (JsonNode one : api.send("GET", "/api/v1/ca", "").path("certificates")) {
      if (one.path("kind").asText().equals("root") && one.path("use").asText().equals("signing")) {
        return one.path("sha256").asText();
      }
    }
    throw new DemoException("no root that signs");
  }

  private long overGateways(List<Caller> callers) {
    return Stream.of(0, 1)
        .mapToLong(i -> {
          String own = world.clusters().get(i).plan().name();
          return callers.get(i).answers().stream()
              .filter(answer -> answer.ok() && !answer.cluster().equals(own))
              .count();
        })
        .sum();
  }

  private static String hours(Duration scaled) {
    return String.format(Locale.ROOT, "%.0f", scaled.toSeconds() * 24.0 / DAY.toSeconds());
  }

  /** Shows each second who answers, and gives the answers. */
  private List<Answer> watch(List<Caller> callers, int seconds) {
    List<Answer> whole = new ArrayList<>();
    for (int i = 0; i < seconds; i++) {
      List<Integer> before = callers.stream().map(caller -> caller.answers().size()).toList();
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      List<Answer> fresh = new ArrayList<>();
      for (int c = 0; c < callers.size(); c++) {
        List<Answer> all = callers.get(c).answers();
        fresh.addAll(all.subList(before.get(c), all.size()));
      }
      screen.answers(fresh);
      whole.addAll(fresh);
    }
    return whole;
  }
}
