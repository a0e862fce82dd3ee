package dev.weft.proxy.worker;

import dev.weft.proxy.upstream.pool.HostPool;
import io.netty.channel.EventLoop;

/**
 * What a worker gives to its state.
 *
 * @param index 0 to {@code workers - 1}
 * @param loop the worker's event loop: clock, timers, and the only thread
 * @param pools makes this worker's connection pools
 */
public record WorkerContext(int index, int workers, EventLoop loop, HostPool.Factory pools) {}
