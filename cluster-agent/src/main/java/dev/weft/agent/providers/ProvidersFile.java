package dev.weft.agent.providers;

import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.watch.HostNames;
import dev.weft.agent.watch.NameCache;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Host;
import dev.weft.policy.istio.read.ProvidersDocument;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Watches the file of providers by reading it: it is small, and content tells a change surely.
 * Content that is wrong is reported by field and changes nothing: who was configured before is
 * asked. Host names become literal addresses here, since an endpoint has no name to look up; one
 * that resolves to nothing keeps what it had. Owned by the thread {@code weft-providers}; {@link
 * #problems} is thread-safe.
 */
public final class ProvidersFile implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ProvidersFile.class);
  private static final int LARGEST = 1 << 20;
  private static final Duration FIRST_LOOK_UPS = Duration.ofSeconds(3);

  private final Path file;
  private final StateWriter writer;
  private final NameCache names;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("weft-providers").daemon().factory());
  private byte @Nullable [] text;
  private List<String> wrong = List.of();
  private List<Provider> configured = List.of();
  private List<Provider> told = List.of();
  private volatile List<String> problems = List.of();

  /**
   * Reads the file now, on the calling thread, and then as often as said. Waits up to 3 s for the
   * addresses of host names.
   *
   * @param monotonicMillis a clock that never goes back
   */
  public ProvidersFile(
      Path file,
      StateWriter writer,
      Duration interval,
      HostNames names,
      LongSupplier monotonicMillis) {
    this.file = file;
    this.writer = writer;
    this.names = new NameCache(names, monotonicMillis);
    read();
    configured.forEach(provider -> resolved(provider, new ArrayList<>()));
    this.names.awaitFirst(FIRST_LOOK_UPS);
    look();
    // Ends with the thread.
    var _ =
        thread.scheduleWithFixedDelay(
            this::guardedLook, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What is wrong with the file now, each with file and field; empty: nothing. */
  public List<String> problems() {
    return problems;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void guardedLook() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.error("bug: the providers cannot be read", e);
    }
  }

  private void look() {
    read();
    List<String> found = new ArrayList<>(wrong);
    names.keepOnly(
        configured.stream()
            .map(Provider::host)
            .filter(Host.Outside.class::isInstance)
            .map(host -> ((Host.Outside) host).host())
            .collect(Collectors.toUnmodifiableSet()));
    List<Provider> now = configured.stream().map(provider -> resolved(provider, found)).toList();
    if (!now.equals(told)) {
      told = now;
      LOG.infof("providers: %s", now.stream().map(Provider::name).toList());
      writer.submit(new Delta.ProvidersConfigured(now));
    }
    if (!found.equals(problems)) {
      found.stream().filter(problem -> !problems.contains(problem)).forEach(LOG::error);
      problems = List.copyOf(found);
    }
  }

  private void read() {
    byte[] now;
    try (InputStream in = Files.newInputStream(file)) {
      now = in.readNBytes(LARGEST + 1);
      if (now.length > LARGEST) {
        throw new IOException("larger than " + LARGEST + " bytes");
      }
    } catch (NoSuchFileException e) {
      text = null;
      wrong = List.of(file + ": it is not there; the providers stay as they were");
      return;
    } catch (IOException e) {
      text = null;
      wrong = List.of(file + ": it cannot be read: " + e.getMessage());
      return;
    }
    if (Arrays.equals(now, text)) {
      return;
    }
    text = now;
    switch (ProvidersDocument.read(now)) {
      case Validated.Valid<ProvidersDocument>(ProvidersDocument read) -> {
        configured = read.providers();
        wrong = List.of();
      }
      case Validated.Invalid<ProvidersDocument>(List<Problem> found) ->
          wrong =
              found.stream()
                  .map(problem ->
                      file
                          + ": "
                          + (problem.field().isEmpty() ? "" : problem.field() + ": ")
                          + problem.message())
                  .toList();
    }
  }

  private Provider resolved(Provider provider, List<String> found) {
    if (!(provider.host() instanceof Host.Outside(String host, int port, List<String> literal))
        || !literal.isEmpty()) {
      return provider;
    }
    NameCache.Answer answer = names.of(host);
    answer.trouble(file + ": provider " + provider.name() + " at " + host).ifPresent(found::add);
    return provider.at(answer.addresses());
  }
}
