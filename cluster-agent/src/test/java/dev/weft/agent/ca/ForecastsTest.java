package dev.weft.agent.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.attest.WellKnown;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForecastsTest {
  private static final TrustDomain EAST = new TrustDomain("east.demo");
  private static final SpiffeId PAYMENTS =
      SpiffeId.parse("spiffe://east.demo/ns/default/sa/payments");
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;
  private Instant now = BEGIN;

  @Test
  void theAlertComesAtHalfOfWhatWasLeftWhenItWasDue() throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.open(directory.resolve("ca"), EAST, () -> now, new SecureRandom());
    AgentIdentity identity = new AgentIdentity(authority, WellKnown.agent(EAST), () -> now);
    ResourceStore store = new ResourceStore(directory.resolve("resources"));
    IssuedCertificates issued = new IssuedCertificates(store, () -> now);
    byte[] peersRoot = authority.roots().getFirst().getEncoded();
    Forecasts forecasts =
        new Forecasts(authority, identity, issued, () -> Map.of("west.demo", List.of(peersRoot)));
    issued.record(
        "payments-1",
        PAYMENTS,
        authority
            .sign(PAYMENTS, authority.newKey().getPublic(), Duration.ofHours(24))
            .chain()
            .getFirst());

    assertThat(forecasts.all())
        .extracting(Forecast::kind)
        .containsExactlyInAnyOrder(
            Forecast.Kind.ROOT,
            Forecast.Kind.INTERMEDIATE,
            Forecast.Kind.AGENT,
            Forecast.Kind.NODE,
            Forecast.Kind.PEER_ROOT);
    Forecast node =
        forecasts.all().stream()
            .filter(one -> one.kind() == Forecast.Kind.NODE)
            .findAny()
            .orElseThrow();
    assertThat(node.name()).isEqualTo("payments-1");
    assertThat(node.at(BEGIN.plus(Duration.ofHours(11)))).isEqualTo(Forecast.State.FRESH);
    assertThat(node.at(BEGIN.plus(Duration.ofHours(13)))).isEqualTo(Forecast.State.DUE);
    assertThat(node.at(BEGIN.plus(Duration.ofHours(19)))).isEqualTo(Forecast.State.ALERT);
    assertThat(node.at(BEGIN.plus(Duration.ofHours(24)))).isEqualTo(Forecast.State.EXPIRED);

    // Over a restart, and until a day after its end.
    assertThat(new IssuedCertificates(store, () -> now).all()).isEqualTo(issued.all());
    now = BEGIN.plus(Duration.ofHours(47));
    issued.expire();
    assertThat(issued.all()).hasSize(1);
    now = BEGIN.plus(Duration.ofHours(49));
    issued.expire();
    assertThat(issued.all()).isEmpty();
    assertThat(new IssuedCertificates(store, () -> now).all()).isEmpty();
  }

  @Test
  void rootsAndIntermediatesAreDueInTimeForTheirSuccessors() throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.open(directory.resolve("ca"), EAST, () -> now, new SecureRandom());
    AgentIdentity identity = new AgentIdentity(authority, WellKnown.agent(EAST), () -> now);
    Forecasts forecasts =
        new Forecasts(
            authority,
            identity,
            new IssuedCertificates(new ResourceStore(directory.resolve("resources")), () -> now),
            Map::of);
    for (Forecast one : forecasts.all()) {
      Duration left = Duration.between(one.due(), one.notAfter());
      switch (one.kind()) {
        case ROOT -> assertThat(left).isEqualTo(Duration.ofDays(365));
        case INTERMEDIATE -> assertThat(left).isEqualTo(Duration.ofDays(30));
        case AGENT -> assertThat(left).isBetween(Duration.ofHours(12), Duration.ofHours(13));
        case NODE, PEER_ROOT -> throw new AssertionError(one);
      }
    }
    authority.beginRotation(java.util.Optional.empty());
    assertThat(forecasts.all()).hasSize(5);
    authority.signWithNext();
    // What is about to leave has its successor.
    assertThat(forecasts.all()).hasSize(3);
  }
}
