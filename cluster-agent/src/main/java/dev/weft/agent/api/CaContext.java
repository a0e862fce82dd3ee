package dev.weft.agent.api;

import dev.weft.agent.attest.Denials;
import dev.weft.agent.ca.Forecasts;
import dev.weft.agent.ca.RootRotation;
import java.time.InstantSource;

/**
 * What the API reads and writes of the certificate authority. Its parts are thread-safe.
 *
 * @param trustDomain this cluster's
 */
public record CaContext(
    String trustDomain,
    RootRotation rotation,
    Forecasts forecasts,
    Denials denials,
    InstantSource clock) {}
