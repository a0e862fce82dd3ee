package dev.weft.agent.api;

import java.util.List;
import java.util.Map;

/**
 * A connected node, as shown.
 *
 * @param fronts the application addresses behind a sidecar
 * @param versions the last acknowledged version, by type
 * @param nacks why the node refused the last response, by type; only types that it refused
 */
public record ProxyView(
    String id,
    String role,
    String identity,
    List<String> fronts,
    Map<String, String> versions,
    Map<String, String> nacks) {}
