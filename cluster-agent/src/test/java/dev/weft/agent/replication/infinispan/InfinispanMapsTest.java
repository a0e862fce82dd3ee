package dev.weft.agent.replication.infinispan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.replication.ReplicatedMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.infinispan.remoting.transport.jgroups.JGroupsTransport;
import org.jgroups.protocols.DISCARD;
import org.junit.jupiter.api.Test;

class InfinispanMapsTest {

  /** Replicas in one JVM: JGroups' own loopback in place of TCP. */
  private static final String IN_ONE_JVM =
      """
      <config xmlns="urn:org:jgroups">
        <SHARED_LOOPBACK/>
        <SHARED_LOOPBACK_PING/>
        <MERGE3/>
        <pbcast.NAKACK2 use_mcast_xmit="false"/>
        <UNICAST3/>
        <pbcast.STABLE/>
        <pbcast.GMS join_timeout="500"/>
        <FRAG4/>
      </config>
      """;

  private static final String MERGE_SOON = "<MERGE3 min_interval=\"500\" max_interval=\"1000\"/>";

  static final class Seen implements ReplicatedMap.Listener {
    final Map<String, String> now = new ConcurrentHashMap<>();

    @Override
    public void put(String key, byte[] value) {
      now.put(key, new String(value, UTF_8));
    }

    @Override
    public void removed(String key) {
      now.remove(key);
    }
  }

  @Test
  void aListenerIsToldWhatIsThereAndWhatChanges() throws Exception {
    try (InfinispanMaps maps = InfinispanMaps.single()) {
      ReplicatedMap map = maps.map("resources");
      map.put("a", bytes("1"));
      Seen seen = new Seen();
      AutoCloseable subscription = map.subscribe(seen);
      assertThat(seen.now).containsExactly(Map.entry("a", "1"));

      map.put("a", bytes("2"));
      map.put("b", bytes("3"));
      map.remove("a");
      map.remove("nothing");
      assertThat(seen.now).containsExactly(Map.entry("b", "3"));
      assertThat(map.get("b")).hasValue(bytes("3"));
      assertThat(map.snapshot()).containsOnlyKeys("b");

      subscription.close();
      map.put("c", bytes("4"));
      assertThat(seen.now).doesNotContainKey("c");
    }
  }

  @Test
  void everyReplicaHearsWhatAnyOfThemWrites() {
    try (InfinispanMaps one = InfinispanMaps.replicated("east", "agent-1", IN_ONE_JVM)) {
      ReplicatedMap first = one.map("imports");
      first.put("before", bytes("0"));
      try (InfinispanMaps other = InfinispanMaps.replicated("east", "agent-2", IN_ONE_JVM)) {
        ReplicatedMap second = other.map("imports");
        Seen atFirst = new Seen();
        Seen atSecond = new Seen();
        first.subscribe(atFirst);
        second.subscribe(atSecond);

        first.put("a", bytes("1"));
        second.put("b", bytes("2"));
        second.remove("before");

        await().until(() -> atFirst.now.equals(Map.of("a", "1", "b", "2")));
        await().until(() -> atSecond.now.equals(Map.of("a", "1", "b", "2")));
      }
      assertThat(first.snapshot()).containsOnlyKeys("a", "b");
    }
  }

  @Test
  void aReplicaThatBeganAloneHearsOfWhatTheOthersHadWhenTheyFindEachOther() {
    String cut = IN_ONE_JVM.replace("<MERGE3/>", "<DISCARD discard_all=\"true\"/>" + MERGE_SOON);
    String whole = IN_ONE_JVM.replace("<MERGE3/>", MERGE_SOON);
    // Two against one: what the larger side holds stays.
    try (InfinispanMaps one = InfinispanMaps.replicated("east", "agent-1", whole);
        InfinispanMaps third = InfinispanMaps.replicated("east", "agent-3", whole);
        InfinispanMaps other = InfinispanMaps.replicated("east", "agent-2", cut)) {
      ReplicatedMap first = one.map("imports");
      assertThat(third.map("imports").snapshot()).isEmpty();
      ReplicatedMap second = other.map("imports");
      Seen seen = new Seen();
      second.subscribe(seen);
      first.put("a", bytes("1"));
      assertThat(other.members()).hasSize(1);
      assertThat(seen.now).isEmpty();

      DISCARD link =
          ((JGroupsTransport) other.transport())
              .getChannel()
              .getProtocolStack()
              .findProtocol(DISCARD.class);
      link.discardAll(false);
      await().until(() -> seen.now.equals(Map.of("a", "1")));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
