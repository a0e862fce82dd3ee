package dev.weft.proxy.http.filter.authz;

import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.filter.UpstreamCalls;
import dev.weft.proxy.telemetry.LoggedConnection;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;

/** What all filters of a worker ask by. Loop-confined. */
public record AuthorizationChecks(
    UpstreamCalls calls, RandomGenerator random, InstantSource clock, Writing writing) {

  /** Writes what a configuration adds, as it stands for a connection without a request. */
  @FunctionalInterface
  public interface Writing {
    void write(List<HeaderValue> values, LoggedConnection connection, HeaderList into);
  }
}
