package dev.weft.bench.soak;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells the nodes something else each second until it is ended, on a thread of its own. */
final class Changes {
  private final Mesh mesh;
  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "weft-soak-changes");
  private volatile int rounds;
  private volatile @Nullable String problem;

  Changes(Mesh mesh) {
    this.mesh = mesh;
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      for (int round = 1; !end.await(1, TimeUnit.SECONDS); round++) {
        mesh.round(round);
        rounds = round;
      }
    } catch (IOException | RuntimeException e) {
      // Without changes it is no soak: the run fails for it.
      problem = "changes ended: " + e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How many there were. */
  int rounds() {
    return rounds;
  }

  /** Why there were no more, if it was not to be. */
  Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /** Ends them: the last is over when this returns. */
  void end() {
    end.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
