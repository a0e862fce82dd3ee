package dev.weft.agent.api;

import dev.weft.agent.attest.JoinTokens;
import dev.weft.agent.replication.FederationConsumers;
import dev.weft.agent.replication.FederationOrigin;
import dev.weft.agent.replication.StoredResources;
import dev.weft.agent.replication.UnreadableResource;
import dev.weft.agent.state.StateReader;
import dev.weft.agent.telemetry.GatewayProbes;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the API reads and writes. Its parts are thread-safe.
 *
 * @param imports what is known of the streams from peers, by peer
 * @param exports what is known of the streams to peers, by peer
 * @param fileProblems what is wrong with the files of peers and of providers now
 * @param proxies the connected nodes
 * @param keyProblems why keys of tokens could not be fetched; empty: no reason is known
 * @param unreadable what was written and cannot be read, and what holds in its place
 * @param clock that the lifetimes of tokens are held against
 * @param monotonicMillis the clock of all evidence
 */
public record ApiContext(
    AdminToken adminToken,
    StateReader state,
    StoredResources resources,
    JoinTokens joinTokens,
    GatewayProbes probes,
    Supplier<Map<String, FederationConsumers.ImportStatus>> imports,
    Supplier<Map<String, FederationOrigin.ExportStatus>> exports,
    Supplier<List<String>> fileProblems,
    Supplier<List<ProxyView>> proxies,
    Function<Keys, String> keyProblems,
    Supplier<List<UnreadableResource>> unreadable,
    InstantSource clock,
    LongSupplier monotonicMillis) {}
