package dev.weft.proxy.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

/** The training run is a real one: it fails when a sidecar would not serve from its disk. */
final class TrainingTest {
  @Test
  void answersItsOwnRequests() {
    Vertx vertx = Vertx.vertx();
    try {
      assertThat(Training.run(vertx, NodeParts.NONE)).isZero();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
