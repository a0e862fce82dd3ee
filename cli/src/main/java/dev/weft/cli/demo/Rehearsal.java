package dev.weft.cli.demo;

import dev.weft.cli.policy.PolicyRehearsal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code weft rehearse}, which {@code ./weft} runs after a build: a small mesh that starts, answers
 * and ends while the processes of one cluster record what they do. Their AOT caches are made from
 * that, so what is fast at the next start is what a start really does.
 */
@Command(
    name = "rehearse",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Makes the AOT caches that let every program start fast.")
public final class Rehearsal implements Callable<Integer> {
  private static final int CALLS = 400;
  private static final int END_SECONDS = 240;

  @Override
  public Integer call() throws IOException {
    Screen screen = new Screen(System.out);
    Installation installation = Installation.fromEnvironment();
    for (Path cache : installation.caches()) {
      Files.deleteIfExists(cache);
    }
    Path directory = DemoDirectory.create(installation);
    PolicyRehearsal.run(directory);
    try (Ports ports = new Ports()) {
      rehearse(installation, Layout.smallest(directory, ports), screen);
    }
    List<Path> missing = installation.caches().stream().filter(Files::notExists).toList();
    if (!missing.isEmpty()) {
      System.err.println("weft: not made: " + missing + ", why: logs under " + directory);
      return 1;
    }
    DemoDirectory.remove(directory);
    return 0;
  }

  private static void rehearse(Installation installation, Layout layout, Screen screen)
      throws IOException {
    String recorded = layout.east().name();
    World world =
        World.begin(
            cluster ->
                installation.with(
                    cluster.name().equals(recorded)
                        ? Installation.Cache.MADE
                        : Installation.Cache.NONE),
            layout,
            screen,
            null);
    try (world) {
      world.complete();
      world.east().export("orders", layout.west().name());
      screen.event("ready, calling");
      call(world, screen);
      Child.endAll(world.east().children(), END_SECONDS);
      screen.event("ended");
    }
  }

  /**
   * Every way that a request can take through the recorded processes: to the other cluster, back to
   * the sidecar it came through, and in from the other cluster.
   */
  private static void call(World world, Screen screen) {
    int east = world.east().plan().orders().getFirst().outboundPort();
    int west = world.clusters().get(1).plan().instances().getFirst().outboundPort();
    world.await("orders, seen from west", () -> answered(west, "GET", "orders"));
    int answered = 0;
    for (int i = 0; i < CALLS; i++) {
      String method = i % 3 == 0 ? "POST" : "GET";
      answered += answered(east, method, "payments") ? 1 : 0;
      answered += answered(east, method, "orders") ? 1 : 0;
      answered += answered(west, method, "orders") ? 1 : 0;
    }
    screen.event(answered + " of " + 3 * CALLS + " answered");
  }

  private static boolean answered(int sidecar, String method, String service) {
    String request =
        String.format(
            Locale.ROOT,
            "%s /charge HTTP/1.1\r\nHost: %s.mesh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            method,
            service);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), sidecar)) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200");
    } catch (IOException e) {
      return false;
    }
  }
}
