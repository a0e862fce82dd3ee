package dev.weft.bench.soak;

import dev.weft.bench.load.H2load;
import dev.weft.bench.load.Load;
import dev.weft.bench.load.LoadResult;
import dev.weft.bench.load.Wrk;
import dev.weft.bench.peer.Backend;
import dev.weft.bench.peer.Ground;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The streams of load: each is a thread that loads in slices until the time is over. */
final class Streams {
  private static final String NEAR = "near.mesh";
  private static final String FAR = "far.mesh";

  private final List<Running> all = new ArrayList<>();

  private Streams() {}

  private record Kind(String name, Load load, int port) {}

  /**
   * A stream.
   *
   * @param requests answered
   * @param problems the generator's own
   */
  record Running(
      String name, Thread thread, AtomicLong requests, AtomicLong errors, List<String> problems) {}

  /**
   * Starts all of them.
   *
   * @param sliceSeconds after which a generator begins anew, with new connections
   * @param patienceSeconds an answer that takes longer is an error
   */
  static Streams start(Ground ground, Mesh mesh, int seconds, int sliceSeconds, int patienceSeconds)
      throws IOException {
    int core = ground.cores().load();
    Path message = ground.directory().resolve("unary");
    Files.write(message, Backend.message());
    List<Kind> kinds =
        List.of(
            new Kind("http1-near", new Wrk(core, 16, NEAR, "/1k", patienceSeconds), mesh.http()),
            new Kind("http1-far", new Wrk(core, 8, FAR, "/64k", patienceSeconds), mesh.http()),
            new Kind("h2-near", h2(ground, core, NEAR, "/1k", null), mesh.http()),
            new Kind("h2-far", h2(ground, core, FAR, "/64k", null), mesh.http()),
            new Kind(
                "grpc-near", h2(ground, core, NEAR, "/bench.Echo/Unary", message), mesh.http()),
            new Kind("grpc-far", h2(ground, core, FAR, "/bench.Echo/Unary", message), mesh.http()),
            new Kind(
                "bytes-near", new Wrk(core, 8, NEAR, "/64k", patienceSeconds), mesh.nearBytes()),
            new Kind("bytes-far", new Wrk(core, 8, FAR, "/1k", patienceSeconds), mesh.farBytes()),
            new Kind("websocket-near", new WebSockets(8, NEAR, patienceSeconds), mesh.http()),
            new Kind("websocket-far", new WebSockets(8, FAR, patienceSeconds), mesh.http()));
    Streams streams = new Streams();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (Kind kind : kinds) {
      streams.all.add(running(kind, sliceSeconds, until));
    }
    streams.all.forEach(one -> one.thread().start());
    return streams;
  }

  private static H2load h2(
      Ground ground,
      int core,
      String authority,
      String path,
      @org.jspecify.annotations.Nullable Path message)
      throws IOException {
    // Each has a log of its own.
    String directory = "h2load-" + authority + (message == null ? "" : "-grpc");
    return new H2load(core, authority, path, message, ground.directory(directory));
  }

  private static Running running(Kind kind, int sliceSeconds, long until) {
    AtomicLong requests = new AtomicLong();
    AtomicLong errors = new AtomicLong();
    List<String> problems = new CopyOnWriteArrayList<>();
    Runnable slices =
        () -> {
          while (until - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(500)) {
            long left = TimeUnit.NANOSECONDS.toSeconds(until - System.nanoTime());
            try {
              LoadResult result = kind.load().run(kind.port(), Math.clamp(left, 1, sliceSeconds));
              requests.addAndGet(result.requests());
              errors.addAndGet(result.errors());
            } catch (IOException e) {
              problems.add(String.valueOf(e.getMessage()));
              return;
            }
          }
        };
    return new Running(
        kind.name(), new Thread(slices, "weft-soak-" + kind.name()), requests, errors, problems);
  }

  List<Running> all() {
    return List.copyOf(all);
  }

  boolean running() {
    return all.stream().anyMatch(one -> one.thread().isAlive());
  }
}
