package dev.weft.proxy.upstream.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.OutlierDetection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutlierDetectorTest {
  private final AtomicLong now = new AtomicLong(1);
  private final List<EjectionReason> reasons = new ArrayList<>();
  private final OutlierDetector detector =
      new OutlierDetector(now::get, new SplittableRandom(1), reasons::add);

  private static OutlierDetection settings(boolean split, int maxPercent) {
    return new OutlierDetection(
        5,
        100,
        3,
        100,
        split,
        3,
        100,
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(12),
        maxPercent);
  }

  private void seconds(int seconds) {
    for (int i = 0; i < seconds; i++) {
      now.addAndGet(TimeUnit.SECONDS.toNanos(1));
      detector.sweep();
    }
  }

  private void eject(HostRecord host) {
    for (int i = 0; i < 3; i++) {
      detector.onLocalFailure(host, 503);
    }
  }

  @Test
  void eachEjectionLastsLongerUpToTheLongestAndQuietTimeShortensThemAgain() {
    detector.configure(settings(true, 100));
    HostRecord host = detector.add();
    int[] expected = {5, 10, 12};
    for (int time : expected) {
      eject(host);
      seconds(time - 1);
      assertThat(host.ejected()).as("ejected for %s s", time).isTrue();
      seconds(1);
      assertThat(host.ejected()).isFalse();
    }
    seconds(10);
    eject(host);
    seconds(5);
    assertThat(host.ejected()).isFalse();
  }

  @Test
  void answersAndLocalFailuresAreCountedApart() {
    detector.configure(settings(true, 100));
    HostRecord host = detector.add();
    detector.onLocalFailure(host, 503);
    detector.onLocalFailure(host, 503);
    detector.onStatus(host, 503);
    detector.onLocalFailure(host, 503);
    assertThat(host.ejected()).isFalse();
    detector.onStatus(host, 503);
    detector.onStatus(host, 502);
    assertThat(reasons).containsExactly(EjectionReason.CONSECUTIVE_GATEWAY_FAILURE);
  }

  @Test
  void withoutTheSplitALocalFailureIsAGatewayError() {
    detector.configure(settings(false, 100));
    HostRecord host = detector.add();
    detector.onStatus(host, 503);
    detector.onLocalFailure(host, 503);
    detector.onLocalFailure(host, 504);
    assertThat(reasons).containsExactly(EjectionReason.CONSECUTIVE_GATEWAY_FAILURE);
  }

  @Test
  void plainServerErrorsCountAsFiveHundreds() {
    detector.configure(settings(true, 100));
    HostRecord host = detector.add();
    for (int i = 0; i < 5; i++) {
      detector.onStatus(host, 500);
    }
    assertThat(reasons).containsExactly(EjectionReason.CONSECUTIVE_5XX);
  }

  @Test
  void oneHostMayAlwaysBeEjectedAndNoMoreThanThePercentage() {
    detector.configure(settings(true, 10));
    HostRecord first = detector.add();
    HostRecord second = detector.add();
    eject(first);
    eject(second);
    assertThat(first.ejected()).isTrue();
    assertThat(second.ejected()).isFalse();
    detector.remove(first);
    eject(second);
    assertThat(second.ejected()).isTrue();
  }

  @Test
  void switchingDetectionOffLetsEveryoneBackIn() {
    detector.configure(settings(true, 100));
    HostRecord host = detector.add();
    eject(host);
    int before = detector.epoch();
    detector.configure(null);
    assertThat(host.eligible()).isTrue();
    assertThat(detector.epoch()).isGreaterThan(before);
  }

  @Test
  void aFailedProbeKeepsAHostOutAndASuccessEndsAnEjection() {
    detector.configure(settings(true, 100));
    HostRecord host = detector.add();
    detector.onProbe(host, false);
    assertThat(host.eligible()).isFalse();
    eject(host);
    detector.onProbe(host, true);
    assertThat(host.eligible()).isTrue();
  }

  @Test
  void fourWorkersEjectAHostOnce() throws Exception {
    AtomicInteger ejections = new AtomicInteger();
    OutlierDetector shared =
        new OutlierDetector(
            now::get, new SplittableRandom(1), reason -> ejections.incrementAndGet());
    shared.configure(settings(true, 100));
    List<HostRecord> hosts = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      hosts.add(shared.add());
    }
    CountDownLatch start = new CountDownLatch(1);
    try (var workers = Executors.newFixedThreadPool(4)) {
      for (int worker = 0; worker < 4; worker++) {
        workers.submit(() -> {
          start.await();
          hosts.forEach(host -> shared.onLocalFailure(host, 503));
          return null;
        });
      }
      start.countDown();
    }
    assertThat(hosts).allMatch(HostRecord::ejected);
    assertThat(ejections).hasValue(50);
  }
}
