package dev.weft.agent.app;

import dev.weft.agent.catalog.consul.CatalogArchive;
import dev.weft.agent.catalog.consul.ConsulOptions;
import dev.weft.agent.catalog.consul.ConsulSource;
import dev.weft.agent.catalog.registry.EmbeddedRegistry;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import dev.weft.agent.replication.shared.SharedState;
import dev.weft.agent.state.StateReader;
import dev.weft.agent.store.ResourceStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts the source of registrations that the settings name. Used by the thread that starts the
 * agent.
 */
final class CatalogPart {
  private static final Logger LOG = Logger.getLogger(CatalogPart.class);
  private static final int LISTEN_SECONDS = 10;
  private static final int CONSUL_SECONDS = 10;

  /** Where there is an old catalog to begin with. */
  private static final int CONSUL_SECONDS_WITH_ARCHIVE = 2;

  private final AgentSettings settings;
  private final Vertx vertx;
  private final ResourceStore store;
  private final SharedState shared;
  private final LongSupplier monotonicMillis;
  private final RandomGenerator random;
  private @Nullable CatalogArchive archive;

  CatalogPart(
      AgentSettings settings,
      Vertx vertx,
      ResourceStore store,
      SharedState shared,
      LongSupplier monotonicMillis,
      RandomGenerator random) {
    this.settings = settings;
    this.vertx = vertx;
    this.store = store;
    this.shared = shared;
    this.monotonicMillis = monotonicMillis;
    this.random = random;
  }

  /**
   * Starts it.
   *
   * @throws IOException when its port cannot be bound
   */
  void start(Lifetimes lifetimes) throws IOException {
    switch (settings.registry()) {
      case AgentSettings.Registry.Embedded embedded -> {
        ExecutorService disk = Executors.newVirtualThreadPerTaskExecutor();
        lifetimes.add(disk);
        EmbeddedRegistry registry =
            lifetimes.add(
                new EmbeddedRegistry(
                    vertx,
                    store,
                    disk,
                    shared,
                    monotonicMillis,
                    random,
                    embedded.address().getHostString(),
                    embedded.address().getPort(),
                    settings.cluster()));
        int port = listening(registry);
        shared.catalogComplete();
        LOG.infof("registry on %s:%d", embedded.address().getHostString(), port);
      }
      case AgentSettings.Registry.Consul consul -> {
        CatalogArchive kept = lifetimes.add(new CatalogArchive(store, monotonicMillis));
        archive = kept;
        Map<ServiceKey, List<Instance>> restored = kept.load();
        ConsulSource source =
            lifetimes.add(
                new ConsulSource(
                    vertx,
                    ConsulOptions.of(consul.url(), consul.tokenFile()),
                    restored,
                    shared,
                    monotonicMillis,
                    random));
        source.start();
        source.complete().thenRun(shared::catalogComplete);
        await(source, restored.isEmpty() ? CONSUL_SECONDS : CONSUL_SECONDS_WITH_ARCHIVE);
      }
    }
  }

  /** Keeps what the source says. To be called once, when what it said so far is in the state. */
  void follow(StateReader state) {
    CatalogArchive kept = archive;
    if (kept != null) {
      kept.follow(state);
    }
  }

  /**
   * Nodes that were served before must not be told that everything is gone, only because Consul has
   * not answered yet: they do well without an agent for a while.
   */
  private static void await(ConsulSource source, int seconds) throws IOException {
    try {
      source.complete().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warnf("Consul has not answered in %d s; starting with what is known of before", seconds);
    } catch (ExecutionException e) {
      throw new IOException("weft.consul.url: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Consul was asked", e);
    }
  }

  private static int listening(EmbeddedRegistry registry) throws IOException {
    try {
      return registry
          .start()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LISTEN_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("weft.registry.address: cannot listen: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the registry was starting", e);
    }
  }
}
