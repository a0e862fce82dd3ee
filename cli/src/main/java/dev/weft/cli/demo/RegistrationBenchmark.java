package dev.weft.cli.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code weft bench registration}: how long it takes from the acknowledgement of a registration in
 * {@code west} to the first good answer to a caller in {@code east}, over many registrations, with
 * real processes.
 */
@Command(
    name = "registration",
    mixinStandardHelpOptions = true,
    description =
        "From a registration in one cluster to the first answer to a caller in the other.")
public final class RegistrationBenchmark implements Callable<Integer> {
  private static final String SERVICE = "ledger";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  @Option(
      names = "--registrations",
      defaultValue = "50",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int registrations;

  @Override
  public Integer call() throws IOException {
    Screen screen = new Screen(System.err);
    Installation installation = Installation.fromEnvironment();
    Path directory = DemoDirectory.create(installation);
    try (Ports ports = new Ports()) {
      measure(installation, directory, Layout.plan(directory, ports), ports, screen);
    }
    DemoDirectory.remove(directory);
    return 0;
  }

  private void measure(
      Installation installation, Path directory, Layout layout, Ports ports, Screen screen)
      throws IOException {
    try (World world = World.begin(cluster -> installation, layout, screen, null)) {
      world.complete();
      Layout.Instance ledger = ledger(layout, ports);
      world.clusters().get(1).startFurther(ledger, world.east().plan().name());
      Api health = new Api(ledger.appPort(), directory.resolve("no-token"));
      world.await("the application", () -> health.answers("/health"));
      Api sidecar = new Api(ledger.adminPort(), directory.resolve("no-token"));
      world.await("its sidecar", () -> sidecar.answers("/ready"));
      report(System.out, measure(world, ledger, screen));
    }
  }

  private List<Double> measure(World world, Layout.Instance ledger, Screen screen)
      throws IOException {
    HttpClient caller =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(
                ProxySelector.of(
                    new InetSocketAddress(
                        InetAddress.ofLiteral("127.0.0.1"),
                        world.east().plan().orders().getFirst().outboundPort())))
            .build();
    Api registry = world.clusters().get(1).registry();
    List<Double> millis = new ArrayList<>();
    try (caller) {
      for (int i = 0; i < registrations; i++) {
        long before = System.nanoTime();
        registry.send("PUT", "/v1/agent/service/register", registration(ledger));
        long acknowledged = System.nanoTime();
        until(caller, true);
        millis.add((System.nanoTime() - acknowledged) / 1e6);
        screen.event(
            String.format(
                Locale.ROOT,
                "registration %d: acknowledged after %.1f ms, answered %.1f ms later",
                i + 1,
                (acknowledged - before) / 1e6,
                millis.getLast()));
        registry.send("PUT", "/v1/agent/service/deregister/" + ledger.id(), "{}");
        until(caller, false);
      }
    }
    return millis;
  }

  /** Calls until the answer is good, or until it is not any more. */
  private static void until(HttpClient caller, boolean good) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + SERVICE + ".mesh/"))
            .timeout(Duration.ofSeconds(5))
            .build();
    while (System.nanoTime() < deadline) {
      try {
        if ((caller.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200)
            == good) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    throw new DemoException(
        "no "
            + (good ? "good answer" : "end of good answers")
            + " within "
            + LIMIT.toSeconds()
            + " s");
  }

  private static String registration(Layout.Instance ledger) {
    return String.format(
        Locale.ROOT,
        "{\"ID\": \"%s\", \"Name\": \"%s\", \"Address\": \"127.0.0.1\", \"Port\": %d}",
        ledger.id(),
        SERVICE,
        ledger.appPort());
  }

  private static Layout.Instance ledger(Layout layout, Ports ports) {
    return new Layout.Instance(
        layout.west().name(),
        SERVICE,
        SERVICE + "-1",
        ports.take(29_001),
        ports.take(29_006),
        ports.take(29_002),
        ports.take(29_000));
  }

  private static void report(PrintStream out, List<Double> millis) {
    List<Double> sorted = millis.stream().sorted().toList();
    double median = sorted.get(sorted.size() / 2);
    double p99 = sorted.get(Math.min(sorted.size() - 1, (int) Math.ceil(0.99 * sorted.size()) - 1));
    out.printf(
        Locale.ROOT,
        "{\"registrations\":%d,\"medianMillis\":%.1f,\"p99Millis\":%.1f,\"maxMillis\":%.1f}%n",
        sorted.size(),
        median,
        p99,
        sorted.getLast());
  }
}
