package dev.weft.proxy.http.filter.authz;

import dev.weft.proxy.http.filter.UpstreamCalls;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** What all filters of a worker ask by. Loop-confined. */
public record AuthorizationChecks(
    UpstreamCalls calls, RandomGenerator random, InstantSource clock) {}
