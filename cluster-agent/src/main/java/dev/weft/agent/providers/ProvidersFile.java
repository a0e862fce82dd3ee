package dev.weft.agent.providers;

import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.watch.DocumentFile;
import dev.weft.agent.watch.HostNames;
import dev.weft.agent.watch.NameCache;
import dev.weft.agent.watch.Poller;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Host;
import dev.weft.policy.istio.read.ProvidersDocument;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Watches the file of providers by reading it. Content that is wrong is reported by field and
 * changes nothing: who was configured before is asked. Host names become literal addresses here,
 * since an endpoint has no name to look up; one that resolves to nothing keeps what it had. Owned
 * by the thread {@code weft-providers}; {@link #problems} is thread-safe.
 */
public final class ProvidersFile implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ProvidersFile.class);

  private final Path file;
  private final StateWriter writer;
  private final NameCache names;
  private final DocumentFile<ProvidersDocument> document;
  private final Poller poller;
  private List<Provider> told = List.of();

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
    document = DocumentFile.required(file, "the providers", ProvidersDocument::read);
    // What is wrong is found again by the first look.
    var _ = document.read();
    configured().forEach(provider -> resolved(provider, new ArrayList<>()));
    this.names.awaitFirst();
    poller = new Poller("weft-providers", interval, this::look);
  }

  /** What is wrong with the file now, each with file and field; empty: nothing. */
  public List<String> problems() {
    return poller.problems();
  }

  @Override
  public void close() {
    poller.close();
  }

  private List<Provider> configured() {
    return document.inForce().map(ProvidersDocument::providers).orElse(List.of());
  }

  private List<String> look() {
    List<String> found = new ArrayList<>(document.read());
    List<Provider> configured = configured();
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
    return found;
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
