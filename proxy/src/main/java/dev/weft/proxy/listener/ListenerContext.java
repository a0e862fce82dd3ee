package dev.weft.proxy.listener;

import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.Scratch;
import dev.weft.proxy.http.filter.authz.AuthorizationChecks;
import dev.weft.proxy.tcp.TcpHosts;
import dev.weft.proxy.telemetry.ConnectionLog;
import dev.weft.proxy.tls.TlsHandlers;
import dev.weft.proxy.transport.Transport;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What a worker's listeners work with.
 *
 * @param checks for connections that a service has to allow
 * @param ids of connections, unique in the process
 * @param drainTime what is left of a removed listener or chain after this is closed
 */
public record ListenerContext(
    EventLoop loop,
    Transport transport,
    DownstreamStream.Acceptor acceptor,
    TcpHosts tcpHosts,
    AuthorizationChecks checks,
    ConnectionLog log,
    TlsHandlers tls,
    Refusal.Sink refusals,
    LongSupplier ids,
    Duration drainTime,
    Scratch scratch,
    H1Writer h1Writer) {}
