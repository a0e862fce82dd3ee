package dev.weft.bench.soak;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that uses buffers as a node does, and with the argument {@code lose} forgets one. Netty
 * tells of it when it hands out another one after the collection.
 */
final class BufferUser {
  private static final int ROUNDS = 100;

  private BufferUser() {}

  public static void main(String... args) {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    if (args[0].equals("lose")) {
      use();
    } else {
      use().release();
    }
    for (int i = 0; i < ROUNDS; i++) {
      System.gc();
      use().release();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private static ByteBuf use() {
    return PooledByteBufAllocator.DEFAULT.directBuffer(256).writeLong(1);
  }
}
