package dev.weft.agent.api;

import dev.weft.agent.ca.Forecast;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** When every certificate ends. */
@Path("/api/v1/certificates")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Certificate authority")
public class CertificatesApi {

  private final Instance<CaContext> context;

  CertificatesApi(Instance<CaContext> context) {
    this.context = context;
  }

  /** Those that end first in front. */
  public record Certificates(List<View> items) {}

  /**
   * A certificate.
   *
   * @param kind {@code root}, {@code intermediate}, {@code agent}, {@code node}, {@code peer-root}
   * @param name trust domain, identity or node id
   * @param state {@code fresh}, {@code due}, {@code alert} or {@code expired}
   * @param renewalDue when its successor is due, RFC 3339
   * @param alertAt when half of what was left then is gone
   * @param secondsLeft until its end; 0: it has ended
   */
  public record View(
      String kind,
      String name,
      String identity,
      String serial,
      String sha256,
      String state,
      String notBefore,
      String renewalDue,
      String alertAt,
      String notAfter,
      long secondsLeft) {}

  @GET
  @Operation(summary = "The end of every certificate that is known, the next one first")
  public Certificates list() {
    CaContext here = context.get();
    Instant now = here.clock().instant();
    return new Certificates(here.forecasts().all().stream().map(one -> view(one, now)).toList());
  }

  private static View view(Forecast one, Instant now) {
    return new View(
        one.kind().label(),
        one.name(),
        one.identity(),
        one.serial(),
        one.fingerprint(),
        one.at(now).label(),
        one.notBefore().toString(),
        one.due().toString(),
        one.alert().toString(),
        one.notAfter().toString(),
        Math.max(0, Duration.between(now, one.notAfter()).toSeconds()));
  }
}
