package dev.weft.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls a URL at a steady rate, every other time by POST, each request with an id of its own. Open
 * loop: a slow answer delays no later request. Thread-safe.
 */
final class Caller implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(12);

  private final URI target;
  private final long periodNanos;
  private final String run;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
  private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final AtomicLong sent = new AtomicLong();
  private volatile boolean running = true;

  /**
   * A caller that has not begun.
   *
   * @param perSecond 1 to 10000
   * @param run part of every request id
   */
  Caller(URI target, int perSecond, String run) {
    this.target = target;
    this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.run = run;
  }

  /** Begins to call. */
  void start() {
    Thread.ofPlatform().daemon().name("caller").start(this::drive);
  }

  /** Requests sent until now. */
  long sent() {
    return sent.get();
  }

  /** What was answered until now, in the order of the answers. */
  List<Answer> answers() {
    return List.copyOf(answers);
  }

  /** Sends one request now and waits for its answer. */
  Answer once(String method) {
    return call(method, run + "-probe-" + sent.getAndIncrement());
  }

  /** Sends nothing more and waits for what is under way. */
  @Override
  public void close() {
    running = false;
    requests.close();
    client.close();
  }

  private void drive() {
    long next = System.nanoTime();
    while (running) {
      long number = sent.getAndIncrement();
      String method = number % 2 == 0 ? "GET" : "POST";
      requests.execute(() -> answers.add(call(method, run + "-" + number)));
      next += periodNanos;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private Answer call(String method, String id) {
    long begin = System.nanoTime();
    HttpRequest request =
        HttpRequest.newBuilder(target)
            .method(
                method,
                method.equals("POST")
                    ? HttpRequest.BodyPublishers.ofString("{\"order\":1}")
                    : HttpRequest.BodyPublishers.noBody())
            .header("x-request-id", id)
            .timeout(TIMEOUT)
            .build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      JsonNode next = JSON.readTree(response.body()).path("next");
      return new Answer(
          id,
          method,
          begin,
          System.nanoTime(),
          response.statusCode(),
          next.path("cluster").asText(),
          next.path("instance").asText(),
          response.statusCode() == 200 ? "" : response.body().strip());
    } catch (IOException e) {
      return new Answer(id, method, begin, System.nanoTime(), 0, "", "", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(id, method, begin, System.nanoTime(), 0, "", "", "interrupted");
    }
  }
}
