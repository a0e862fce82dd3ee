package dev.weft.agent.replication.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.weft.agent.replication.OwnerThread;
import dev.weft.agent.replication.infinispan.InfinispanMaps;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A writer and a feed on a real cache whose writes fail on demand. */
class CacheWriterTest {
  private final InfinispanMaps maps = InfinispanMaps.single();
  private final FlakyMap map = new FlakyMap(maps.map("catalog"));
  private final OwnerThread owner = new OwnerThread("test-replication");
  private final Map<String, String> fed = new ConcurrentHashMap<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private CacheWriter writer;

  @BeforeEach
  void start() {
    map.subscribe(
        new VersionedFeed(
            "catalog",
            new VersionedFeed.Sink() {
              @Override
              public void put(String key, String from, JsonNode content, boolean remembered) {
                fed.put(key, content.asText());
                told.add(key + "=" + content.asText());
              }

              @Override
              public void gone(String key) {
                fed.remove(key);
                told.add(key + " gone");
              }
            }));
    writer = writer(3, Duration.ofMinutes(5));
  }

  @AfterEach
  void stop() {
    owner.close();
    maps.close();
  }

  @Test
  void aWriteThatFailsIsTriedAgainUntilItIsThere() throws Exception {
    map.refuse(3);
    put("a", "1");
    settle();
    assertThat(fed).containsExactly(Map.entry("a", "1"));
    assertThat(map.writes()).isEqualTo(4);
    assertThat(writer.waiting()).isZero();
  }

  @Test
  void aWriteThatTookEffectAlthoughItFailedIsToldOnce() throws Exception {
    map.reportFailure(2);
    put("a", "1");
    settle();
    assertThat(told).containsExactly("a=1");
  }

  @Test
  void nothingOlderComesAfterANewerValueThatOvertookItsFailedWrite() throws Exception {
    map.refuse(1);
    put("a", "1");
    await().until(() -> map.refusalsLeft() == 0);
    put("a", "2");
    put("b", "1");
    settle();
    assertThat(fed).containsOnly(Map.entry("a", "2"), Map.entry("b", "1"));
    assertThat(told).doesNotHaveDuplicates().doesNotContainSubsequence("a=2", "a=1");
  }

  @Test
  void whatIsRemovedWhileItIsInTheMakingIsGone() throws Exception {
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch removed = new CountDownLatch(1);
    writer.put("a", () -> after(making, removed, "1"));
    making.await();
    writer.remove("a");
    removed.countDown();
    settle();
    assertThat(told).containsExactly("a=1", "a gone");
  }

  @Test
  void whatIsPutBackDoesNotOvertakeWhatIsInTheMaking() throws Exception {
    put("a", "1");
    settle();
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch overwritten = new CountDownLatch(1);
    writer.put("a", () -> after(making, overwritten, "2"));
    making.await();
    map.put("a", stamped(2, 900, "older"));
    writer.rewrite();
    overwritten.countDown();
    settle();
    assertThat(fed).containsExactly(Map.entry("a", "2"));
    assertThat(Stamped.decode(map.get("a").orElseThrow()).content()).isEqualTo(new TextNode("2"));
  }

  @Test
  void whatIsOverwrittenWithSomethingOlderIsPutBackAndNotToldOn() throws Exception {
    put("a", "1");
    settle();
    byte[] mine = map.get("a").orElseThrow();

    map.put("a", stamped(2, 900, "older"));
    await().until(() -> map.get("a").orElseThrow() == mine);
    map.put("a", "{".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    await().until(() -> map.get("a").orElseThrow() == mine);
    map.remove("a");
    await().until(() -> map.get("a").isPresent());
    assertThat(told).containsExactly("a=1");
  }

  @Test
  void aNewerTermEndsTheTenureOfAnOlderOne() throws Exception {
    put("a", "1");
    settle();
    map.put("a", stamped(4, 1, "theirs"));
    put("a", "mine again");
    put("b", "mine");
    settle();
    assertThat(fed).containsExactly(Map.entry("a", "theirs"));
    assertThat(map.get("b")).isEmpty();
  }

  @Test
  void aRemovalIsRememberedForAWhileAndThenForgotten() throws Exception {
    CacheWriter forgetful = writer(4, Duration.ofMillis(300));
    writer.remove("never there");
    settle();
    assertThat(map.writes()).isZero();

    forgetful.put("a", () -> new TextNode("1"));
    forgetful.remove("a");
    forgetful.remove("a");
    settle(forgetful);
    map.put("a", stamped(3, 900, "late"));
    await().until(() -> map.get("a").isEmpty());
    assertThat(fed).isEmpty();
    forgetful.put("a", () -> new TextNode("2"));
    settle(forgetful);
    assertThat(fed).containsExactly(Map.entry("a", "2"));
  }

  @Test
  void whatIsLeftOfAnEarlierTermIsRetired() throws Exception {
    map.put("old", stamped(2, 7, "left over"));
    put("a", "1");
    writer.retireOthers();
    settle();
    assertThat(fed).containsExactly(Map.entry("a", "1"));
  }

  private static JsonNode after(CountDownLatch making, CountDownLatch awaited, String text) {
    making.countDown();
    try {
      assertThat(awaited.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new TextNode(text);
  }

  private CacheWriter writer(long term, Duration tombstone) {
    CacheWriter made =
        new CacheWriter(
            "catalog",
            map,
            term,
            "me",
            new CacheWriter.Timings(Duration.ofMillis(50), tombstone),
            owner);
    map.subscribe(made);
    return made;
  }

  private void put(String key, String text) {
    writer.put(key, () -> new TextNode(text));
  }

  private void settle() throws Exception {
    settle(writer);
  }

  private static void settle(CacheWriter which) throws Exception {
    which.settle().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static byte[] stamped(long term, long sequence, String text) {
    return new Stamped(new Version(term, sequence), "other", new TextNode(text)).encode();
  }
}
