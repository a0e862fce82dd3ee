package dev.weft.agent.replication;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.state.Delta;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** External services on their way from the store into the state. */
class ExternalServiceFeedTest {
  private static final String KEY = "external-services/default/bank";

  private final List<Delta> told = new ArrayList<>();
  private final ResourceFeed feed = new ResourceFeed(told::add);

  private void put(String spec) {
    feed.put(
        KEY,
        ("{\"apiVersion\": \"mesh.weft.dev/v1\", \"kind\": \"ExternalService\", \"spec\": "
                + spec
                + "}")
            .getBytes(UTF_8));
  }

  @Test
  void oneThatCannotBeReadIsLeftOutAndSaid() {
    put("{\"address\": \"a.example\", \"port\": 443, \"tls\": {\"mode\": \"NEW\"}}");
    assertThat(told).isEmpty();
    assertThat(feed.unreadable())
        .extracting(UnreadableResource::kind, UnreadableResource::name)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("ExternalService", "bank"));

    put("{\"address\": \"a.example\", \"port\": 80, \"tls\": {\"mode\": \"DISABLE\"}}");
    assertThat(feed.unreadable()).isEmpty();
    assertThat(told).hasSize(1);
    assertThat(told.getLast()).isInstanceOf(Delta.ExternalWritten.class);

    feed.removed(KEY);
    assertThat(told.getLast())
        .isEqualTo(new Delta.ExternalRemoved(new ServiceKey("default", "bank")));
  }
}
