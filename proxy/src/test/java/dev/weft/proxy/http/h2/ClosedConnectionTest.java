package dev.weft.proxy.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Metadata;
import dev.weft.proxy.http.ConnectionFacts;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.Scratch;
import dev.weft.proxy.http.h1.H1ServerConnection;
import dev.weft.proxy.testing.TestConfigs;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A timer of a connection that is gone would hold it in memory until it is due: for an hour. */
class ClosedConnectionTest {
  private static final ConnectionFacts FACTS =
      new ConnectionFacts(
          1,
          null,
          null,
          "",
          false,
          "",
          null,
          "main",
          null,
          false,
          TestConfigs.http(Duration.ofHours(1), Duration.ofHours(1)),
          new Connection(null, "", 0),
          Metadata.NONE);

  private static void assertLeavesNoTimer(EmbeddedChannel channel) {
    channel.runPendingTasks();
    assertThat(channel.runScheduledPendingTasks())
        .as("it is watched while it is open")
        .isPositive();
    // Not the channel's own close: that one takes the loop's tasks away.
    channel.pipeline().close();
    channel.runPendingTasks();
    assertThat(channel.runScheduledPendingTasks()).as("no task is left").isEqualTo(-1);
    channel.finishAndReleaseAll();
  }

  @Test
  void http2LeavesNoTimer() {
    EmbeddedChannel channel = new EmbeddedChannel();
    H2ServerConnection.serve(channel, FACTS, null, 64 * 1024);
    assertLeavesNoTimer(channel);
  }

  @Test
  void http1LeavesNoTimer() {
    EmbeddedChannel channel = new EmbeddedChannel();
    Scratch scratch = new Scratch();
    H1ServerConnection.serve(channel, FACTS, null, 64 * 1024, scratch, new H1Writer(scratch));
    assertLeavesNoTimer(channel);
  }
}
