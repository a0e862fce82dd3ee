package dev.weft.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.LoggedRecords;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PollerTest {
  private final LoggedRecords logged = new LoggedRecords(Poller.class);
  private final AtomicReference<Supplier<List<String>>> next = new AtomicReference<>(List::of);
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicReference<Thread> looking = new AtomicReference<>();
  private Poller poller;

  @AfterEach
  void close() {
    logged.close();
    if (poller != null) {
      poller.close();
    }
  }

  private List<String> look() {
    looking.set(Thread.currentThread());
    try {
      return next.get().get();
    } finally {
      looks.incrementAndGet();
    }
  }

  private void open() {
    poller = new Poller("weft-looking", Duration.ofMillis(5), this::look);
  }

  private void awaitTwoLooks() {
    int before = looks.get();
    await().until(() -> looks.get() >= before + 2);
  }

  @Test
  void theFirstLookIsTheCallersAndTheOthersAreItsThreads() {
    next.set(() -> List.of("no such file"));
    open();
    assertThat(looks.get()).isPositive();
    assertThat(poller.problems()).containsExactly("no such file");
    await().until(() -> looking.get().getName().equals("weft-looking"));
    poller.close();
    await().until(() -> !looking.get().isAlive());
  }

  @Test
  void aProblemIsLoggedWhenItAppearsAndGoesWithItsCause() {
    next.set(() -> List.of("a"));
    open();
    awaitTwoLooks();
    next.set(() -> List.of("a", "b"));
    await().until(() -> poller.problems().equals(List.of("a", "b")));
    awaitTwoLooks();
    assertThat(logged.all()).extracting(LogRecord::getMessage).containsExactly("a", "b");
    next.set(List::of);
    await().until(() -> poller.problems().isEmpty());
    next.set(() -> List.of("a"));
    await().until(() -> logged.all().size() == 3);
  }

  @Test
  void aLookThatThrowsIsLoggedOnceAndEndsNothing() {
    next.set(() -> List.of("a"));
    open();
    next.set(() -> {
      throw new IllegalStateException("a bug");
    });
    await().until(() -> logged.all().stream().anyMatch(record -> record.getThrown() != null));
    awaitTwoLooks();
    assertThat(logged.all().stream().filter(record -> record.getThrown() != null)).hasSize(1);
    assertThat(poller.problems()).containsExactly("a");
    next.set(List::of);
    await().until(() -> poller.problems().isEmpty());
  }

  @Test
  void whatTheFirstLookThrowsIsTheCallers() {
    next.set(() -> {
      throw new IllegalStateException("a bug");
    });
    assertThatThrownBy(this::open).hasMessage("a bug");
  }
}
