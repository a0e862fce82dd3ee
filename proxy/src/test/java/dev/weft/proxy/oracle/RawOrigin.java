package dev.weft.proxy.oracle;

import dev.weft.proxy.testing.FakeOrigin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An origin that answers with what it is told, whether HTTP or not. The last segment of a request's
 * path is the number of its answer.
 */
abstract sealed class RawOrigin implements AutoCloseable permits BytesOrigin, FramesOrigin {

  private final List<Map<String, Object>> answers;
  private final List<FakeOrigin.Request> requests = new CopyOnWriteArrayList<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger generation = new AtomicInteger();
  private final ServerSocket listening;

  RawOrigin(List<Map<String, Object>> answers) {
    this.answers = answers;
    try {
      listening = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Serves a connection until it ends or the origin ends it. */
  abstract void serve(Socket socket, int born) throws Exception;

  int port() {
    return listening.getLocalPort();
  }

  List<FakeOrigin.Request> requests() {
    return requests;
  }

  /** Forgets requests and ends connections; what comes late on them is not recorded. */
  void reset() {
    generation.incrementAndGet();
    connections.forEach(RawOrigin::end);
    requests.clear();
  }

  /** The answer to a request. */
  Map<String, Object> answer(String path) {
    return answers.get(Integer.parseInt(path.substring(path.lastIndexOf('/') + 1)));
  }

  void record(FakeOrigin.Request request, int born) {
    if (born == generation.get()) {
      requests.add(request);
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        connections.add(socket);
        int born = generation.get();
        Thread.ofVirtual().start(() -> serveAndEnd(socket, born));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serveAndEnd(Socket socket, int born) {
    try (socket) {
      serve(socket, born);
    } catch (Exception gone) {
      // The proxy has ended the connection.
    } finally {
      connections.remove(socket);
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    connections.forEach(RawOrigin::end);
  }
}
