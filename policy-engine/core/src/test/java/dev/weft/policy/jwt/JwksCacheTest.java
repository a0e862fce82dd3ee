package dev.weft.policy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Virtual time and a fetcher that answers when it is told to. */
class JwksCacheTest {
  private final TestIssuer issuer = TestIssuer.shared("ES256", "k1");
  private final String set = TestIssuer.set(issuer.jwk());
  private final String otherSet = TestIssuer.set(TestIssuer.shared("ES384", "k2").jwk());

  private final List<JwksFetcher.Answer> open = new ArrayList<>();
  private final List<Task> tasks = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final List<@Nullable Jwks> got = new ArrayList<>();
  private int fetches;
  private int givenUp;
  private long now;

  private final JwksCache cache = cache(JwksCache.Settings.USUAL);

  private record Task(long at, Runnable run) {}

  private JwksCache cache(JwksCache.Settings settings) {
    JwksCache.Events events =
        new JwksCache.Events() {
          @Override
          public void fetched() {
            told.add("fetched");
          }

          @Override
          public void failed(String why, boolean serving) {
            told.add(why + (serving ? ", serving" : ""));
          }
        };
    return new JwksCache(
        settings, this::fetch, this::after, () -> now, new SplittableRandom(1), events);
  }

  private Runnable fetch(JwksFetcher.Answer answer) {
    fetches++;
    open.add(answer);
    return () -> givenUp++;
  }

  private Runnable after(Duration delay, Runnable run) {
    Task task = new Task(now + delay.toNanos(), run);
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  private void pass(Duration time) {
    long end = now + time.toNanos();
    while (true) {
      Task next = tasks.stream().min(Comparator.comparingLong(Task::at)).orElse(null);
      if (next == null || next.at > end) {
        now = end;
        return;
      }
      tasks.remove(next);
      now = next.at;
      next.run.run();
    }
  }

  private void answer(String json) {
    open.removeFirst().fetched(json.getBytes(StandardCharsets.UTF_8));
  }

  private void fail() {
    open.removeFirst().failed("timeout");
  }

  private void ask() {
    cache.await(got::add);
  }

  @Test
  void fetchesOnceForAllWhoAsk() {
    assertThat(fetches).isZero();
    ask();
    ask();
    cache.start();
    assertThat(fetches).isEqualTo(1);
    assertThat(got).isEmpty();
    answer(set);
    assertThat(got).hasSize(2).doesNotContainNull();
    ask();
    assertThat(fetches).isEqualTo(1);
    assertThat(got.get(2)).isSameAs(cache.keys());
  }

  @Test
  void whoWentAwayIsNotTold() {
    Runnable away = cache.await(got::add);
    away.run();
    answer(set);
    assertThat(got).isEmpty();
  }

  @Test
  void anAnswerBeforeFetchReturnsCounts() {
    JwksCache.Events quiet =
        new JwksCache.Events() {
          @Override
          public void fetched() {}

          @Override
          public void failed(String why, boolean serving) {}
        };
    JwksFetcher atOnce =
        answer -> {
          answer.fetched(set.getBytes(StandardCharsets.UTF_8));
          return () -> givenUp++;
        };
    JwksCache other =
        new JwksCache(
            JwksCache.Settings.USUAL,
            atOnce,
            this::after,
            () -> now,
            new SplittableRandom(1),
            quiet);
    other.await(got::add);
    assertThat(got).hasSize(1).doesNotContainNull();
    other.close();
    assertThat(givenUp).isZero();
  }

  @Test
  void isRenewedBeforeItEndsWhileItServes() {
    cache.start();
    answer(set);
    Jwks first = cache.keys();
    pass(Duration.ofSeconds(595));
    assertThat(fetches).isEqualTo(2);
    assertThat(cache.keys()).isSameAs(first);
    answer(set);
    assertThat(cache.keys()).as("the same keys stay the same").isSameAs(first);
    pass(Duration.ofSeconds(595));
    answer(otherSet);
    assertThat(cache.keys()).isNotEqualTo(first).isNotNull();
    assertThat(cache.stale()).isFalse();
  }

  @Test
  void withoutKeysEverItFailsClosedAndPauses() {
    ask();
    fail();
    assertThat(got).containsExactly((Jwks) null);
    assertThat(told).containsExactly("timeout");
    ask();
    assertThat(got).as("at once, within the pause").hasSize(2).containsOnlyNulls();
    assertThat(fetches).isEqualTo(1);
    pass(Duration.ofSeconds(1));
    assertThat(fetches).isEqualTo(2);
    ask();
    assertThat(got).hasSize(2);
    answer(set);
    assertThat(got.get(2)).isNotNull();
  }

  @Test
  void pausesGrowUpToABound() {
    cache.start();
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      fail();
      pauses.add(Duration.ofNanos(tasks.getFirst().at - now).toMillis());
      pass(Duration.ofMinutes(1));
    }
    for (int i = 0; i < pauses.size(); i++) {
      long full = Math.min(60_000, 1000L << i);
      assertThat(pauses.get(i)).isBetween(full / 2 - 1, full);
    }
  }

  @Test
  void lastGoodKeysGoOnForAWhileAndItSaysSo() {
    cache.start();
    answer(set);
    pass(Duration.ofSeconds(600));
    while (now < Duration.ofMinutes(69).toNanos()) {
      if (!open.isEmpty()) {
        fail();
      }
      pass(Duration.ofSeconds(10));
    }
    assertThat(cache.keys()).isNotNull();
    assertThat(cache.stale()).isTrue();
    assertThat(told).contains("timeout, serving").doesNotContain("timeout");
    pass(Duration.ofMinutes(2));
    assertThat(cache.keys()).isNull();
    while (!open.isEmpty()) {
      fail();
    }
    assertThat(told.getLast()).isEqualTo("timeout");
    ask();
    assertThat(got).containsExactly((Jwks) null);
    pass(Duration.ofMinutes(1));
    answer(set);
    assertThat(cache.keys()).isNotNull();
    assertThat(cache.stale()).isFalse();
  }

  @Test
  void whatIsNoSetOfKeysIsAFailure() {
    ask();
    answer("{}");
    assertThat(told).containsExactly("does not have [keys]");
    assertThat(got).containsExactly((Jwks) null);
  }

  @Test
  void anUnknownKeyAsksForNewerOnesOnceInAWhile() {
    cache.start();
    answer(set);
    assertThat(cache.awaitNewer(got::add)).isNotNull();
    assertThat(cache.awaitNewer(got::add)).as("joins the same fetch").isNotNull();
    assertThat(fetches).isEqualTo(2);
    answer(otherSet);
    assertThat(got).hasSize(2).containsOnly(cache.keys());
    assertThat(cache.awaitNewer(got::add)).as("not again so soon").isNull();
    assertThat(fetches).isEqualTo(2);
    pass(Duration.ofSeconds(10));
    assertThat(cache.awaitNewer(got::add)).isNotNull();
    assertThat(fetches).isEqualTo(3);
  }

  @Test
  void whoAsksForNewerKeysGetsTheOldWhenThereAreNone() {
    cache.start();
    answer(set);
    cache.awaitNewer(got::add);
    fail();
    assertThat(got).containsExactly(cache.keys()).doesNotContainNull();
    pass(Duration.ofMillis(100));
    assertThat(cache.awaitNewer(got::add)).as("within the pause").isNull();
  }

  @Test
  void noMoreThanSomeWait() {
    JwksCache small =
        cache(
            new JwksCache.Settings(
                Duration.ofMinutes(1),
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1));
    small.await(got::add);
    assertThat(got).isEmpty();
    small.await(got::add);
    assertThat(got).containsExactly((Jwks) null);
    assertThat(small.awaitNewer(got::add)).isNull();
  }

  @Test
  void closingEndsEverything() {
    ask();
    cache.close();
    assertThat(got).containsExactly((Jwks) null);
    assertThat(givenUp).isEqualTo(1);
    answer(set);
    assertThat(cache.keys()).isNull();
    assertThat(tasks).isEmpty();
    assertThat(told).isEmpty();
  }
}
