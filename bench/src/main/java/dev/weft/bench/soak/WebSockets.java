package dev.weft.bench.soak;

import dev.weft.bench.load.Load;
import dev.weft.bench.load.LoadResult;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * WebSocket connections that send messages whole and in fragments with pings between them, compare
 * the echo, close with a code and begin anew.
 *
 * @param connections at a time
 * @param host the {@code Host} header
 * @param patienceSeconds an echo that takes longer is an error
 */
record WebSockets(int connections, String host, int patienceSeconds) implements Load {
  private static final int MESSAGES = 100;

  @Override
  public LoadResult run(int port, int seconds) throws IOException {
    long begin = System.nanoTime();
    long until = begin + TimeUnit.SECONDS.toNanos(seconds);
    AtomicLong good = new AtomicLong();
    AtomicLong bad = new AtomicLong();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < connections; i++) {
        SplittableRandom random = new SplittableRandom(begin + i);
        threads.execute(() -> {
          while (System.nanoTime() - until < 0) {
            try {
              good.addAndGet(talk(port, random, until));
            } catch (IOException e) {
              bad.incrementAndGet();
            }
          }
        });
      }
    }
    double took = (double) (System.nanoTime() - begin) / 1e9;
    return new LoadResult(good.get(), bad.get(), took, Double.NaN, Double.NaN);
  }

  private int talk(int port, SplittableRandom random, long until) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(patienceSeconds * 1000);
      socket.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      out.write(
          ("GET /ws HTTP/1.1\r\nhost: "
                  + host
                  + "\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      String answer = WebSocketEcho.head(in);
      if (!answer.startsWith("HTTP/1.1 101")) {
        throw new IOException(answer);
      }
      int sent = 0;
      while (sent < MESSAGES && System.nanoTime() - until < 0) {
        message(in, out, random);
        sent++;
      }
      byte[] code = {(byte) 0x0F, (byte) 0xA1};
      exchange(in, out, new WebSocketFrame(WebSocketFrame.CLOSE, true, code), random);
      return sent;
    }
  }

  private static void message(DataInputStream in, OutputStream out, SplittableRandom random)
      throws IOException {
    byte[] payload = new byte[random.nextInt(1, 1 << random.nextInt(4, 18))];
    random.nextBytes(payload);
    boolean whole = random.nextBoolean();
    exchange(in, out, new WebSocketFrame(WebSocketFrame.BINARY, whole, payload), random);
    if (!whole) {
      exchange(in, out, new WebSocketFrame(WebSocketFrame.PING, true, new byte[] {1}), random);
      exchange(in, out, new WebSocketFrame(WebSocketFrame.CONTINUATION, true, payload), random);
    }
  }

  private static void exchange(
      DataInputStream in, OutputStream out, WebSocketFrame frame, SplittableRandom random)
      throws IOException {
    frame.write(out, random.nextInt() | 1);
    WebSocketFrame back = WebSocketFrame.read(in);
    if (back.opcode() != frame.opcode()
        || back.last() != frame.last()
        || !Arrays.equals(back.payload(), frame.payload())) {
      throw new IOException("another frame came back");
    }
  }
}
