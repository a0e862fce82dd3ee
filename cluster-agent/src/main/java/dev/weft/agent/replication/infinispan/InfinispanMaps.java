package dev.weft.agent.replication.infinispan;

import dev.weft.agent.replication.ReplicaGroup;
import dev.weft.agent.replication.ReplicatedMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.Configuration;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.configuration.global.ShutdownHookBehavior;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.remoting.transport.Address;
import org.infinispan.remoting.transport.Transport;
import org.infinispan.remoting.transport.jgroups.JGroupsTransport;

/**
 * The caches of an agent. What they hold is gone with the process, or with the last replica: the
 * authority is on disk.
 */
public final class InfinispanMaps implements ReplicaGroup, AutoCloseable {

  /** The one replica, which has no address. */
  private static final String ALONE = "alone";

  private final List<Consumer<List<String>>> followers = new CopyOnWriteArrayList<>();
  private final DefaultCacheManager caches;
  private final Configuration configuration;

  private InfinispanMaps(GlobalConfigurationBuilder global, CacheMode mode) {
    // Nothing here outlives the process, reports by JMX, or may end before the agent has shut down.
    global.globalState().disable();
    global.jmx().disable();
    global.metrics().gauges(false).histograms(false);
    global.shutdown().hookBehavior(ShutdownHookBehavior.DONT_REGISTER);
    this.configuration = new ConfigurationBuilder().clustering().cacheMode(mode).build();
    this.caches = new DefaultCacheManager(global.build(), true);
    if (mode.isClustered()) {
      caches.addListener(new ViewEvents(this::joinedOrLeft));
    }
  }

  /** For the one replica of a cluster's agent. */
  public static InfinispanMaps single() {
    return new InfinispanMaps(
        new GlobalConfigurationBuilder().nonClusteredDefault(), CacheMode.LOCAL);
  }

  /**
   * For one of several replicas.
   *
   * @param cluster the name of the group, the same on all replicas
   * @param replica this one's name in it
   * @param stack the JGroups protocols, as XML
   */
  public static InfinispanMaps replicated(String cluster, String replica, String stack) {
    GlobalConfigurationBuilder global = new GlobalConfigurationBuilder();
    global
        .transport()
        .transport(new JGroupsTransport())
        .clusterName(cluster)
        .nodeName(replica)
        .addProperty(JGroupsTransport.CONFIGURATION_XML, stack);
    return new InfinispanMaps(global, CacheMode.REPL_SYNC);
  }

  /**
   * The map of this name, the same on all replicas. To be asked for once per name, at the start.
   */
  public ReplicatedMap map(String name) {
    caches.defineConfiguration(name, configuration);
    return new InfinispanMap(caches.getCache(name));
  }

  @Override
  public String self() {
    return Optional.ofNullable(caches.getAddress()).map(InfinispanMaps::name).orElse(ALONE);
  }

  @Override
  public List<String> members() {
    List<Address> members = caches.getMembers();
    return members == null ? List.of(ALONE) : members.stream().map(InfinispanMaps::name).toList();
  }

  @Override
  public AutoCloseable follow(Consumer<List<String>> listener) {
    Consumer<List<String>> follower = members -> listener.accept(members);
    followers.add(follower);
    follower.accept(members());
    return () -> followers.remove(follower);
  }

  /** What the group talks over; for tests that cut it. */
  Transport transport() {
    return caches.getCacheManagerConfiguration().transport().transport();
  }

  private void joinedOrLeft(List<Address> members) {
    List<String> names = members.stream().map(InfinispanMaps::name).toList();
    followers.forEach(follower -> follower.accept(names));
  }

  private static String name(Address address) {
    return address.getNodeUUID().toString();
  }

  @Override
  public void close() {
    caches.stop();
  }
}
