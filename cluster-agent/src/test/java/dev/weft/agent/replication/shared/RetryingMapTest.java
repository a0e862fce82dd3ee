package dev.weft.agent.replication.shared;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.agent.replication.StoredResources;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import dev.weft.agent.store.ResourceStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is durable gets into a map that refuses it at first. */
class RetryingMapTest {
  @TempDir Path data;
  private final InfinispanMaps maps = InfinispanMaps.single();
  private final FlakyMap map = new FlakyMap(maps.map("resources"));
  private final RetryingMap retrying = new RetryingMap("test", map, Duration.ofMillis(50));

  @AfterEach
  void stop() {
    retrying.close();
    maps.close();
  }

  @Test
  void writesThatFailAreTriedAgainInTheirOrderAndReadAsDone() {
    map.put("gone", bytes("0"));
    map.refuse(4);
    retrying.put("a", bytes("1"));
    retrying.put("b", bytes("1"));
    retrying.put("a", bytes("2"));
    retrying.remove("gone");

    assertThat(retrying.get("a")).hasValue(bytes("2"));
    assertThat(retrying.get("gone")).isEmpty();
    assertThat(retrying.snapshot()).containsOnlyKeys("a", "b");
    await()
        .until(() ->
            map.get("a").filter(value -> new String(value, UTF_8).equals("2")).isPresent()
                && map.get("b").isPresent()
                && map.get("gone").isEmpty());
  }

  @Test
  void aResourceThatIsDurableIsInForceAlthoughItsMapRefusedItAtFirst() throws Exception {
    StoredResources resources = new StoredResources(new ResourceStore(data), retrying);
    map.refuse(2);
    resources.change(
        "failover-policies",
        "default",
        "payments",
        _ -> new StoredResources.Change.Write(new ObjectMapper().createObjectNode()));

    assertThat(resources.get("failover-policies", "default", "payments")).isPresent();
    await()
        .until(() ->
            List.copyOf(map.snapshot().keySet())
                .equals(List.of("failover-policies/default/payments")));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
