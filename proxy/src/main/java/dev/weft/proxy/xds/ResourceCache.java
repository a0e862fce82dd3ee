package dev.weft.proxy.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.proxy.bootstrap.DataDirectory;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.EndpointSet.Endpoint;
import dev.weft.proxy.config.EndpointSet.Health;
import dev.weft.proxy.config.EndpointSet.Locality;
import dev.weft.proxy.xds.parse.Parsed;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The last accepted configuration on disk, so that a node starts and serves without its agent. The
 * file is a line that names format and owner, the SHA-256 of the rest, and one delta response for
 * each type. Blocking; callers see to it that one thread writes at a time.
 */
final class ResourceCache {
  private static final Logger LOG = Logger.getLogger(ResourceCache.class);
  private static final String FILE = "configuration";
  private static final int HASH = 32;

  private final DataDirectory directory;
  private final byte[] head;

  /**
   * @param owner the node's identity: a directory that another node left is not believed
   */
  ResourceCache(DataDirectory directory, String owner) {
    this.directory = directory;
    this.head = ("weft configuration 1 " + owner + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** What is accepted, ready to be written by another thread. */
  static byte[] encode(ResourceStore store) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (ResourceType type : ResourceType.values()) {
      DeltaDiscoveryResponse.Builder resources =
          DeltaDiscoveryResponse.newBuilder().setTypeUrl(type.url());
      store
          .accepted(type)
          .forEach((name, entry) ->
              resources.addResources(
                  io.envoyproxy.envoy.service.discovery.v3.Resource.newBuilder()
                      .setName(name)
                      .setVersion(entry.version())
                      .setResource(entry.raw())));
      try {
        resources.build().writeDelimitedTo(body);
      } catch (IOException e) {
        throw new IllegalStateException("memory does not fail", e);
      }
    }
    return body.toByteArray();
  }

  /** Replaces the file. A disk that does not take it is logged: the node serves on. */
  void write(byte[] body) {
    ByteArrayOutputStream file = new ByteArrayOutputStream(head.length + HASH + body.length);
    file.writeBytes(head);
    file.writeBytes(sha256(body));
    file.writeBytes(body);
    try {
      directory.replace(FILE, file.toByteArray());
    } catch (IOException e) {
      LOG.warnf(
          "cannot keep the accepted configuration in %s: %s", directory.path(FILE), e.toString());
    }
  }

  /** Fills the store from the file; a file that cannot be believed is left alone and logged. */
  void restore(ResourceStore store) {
    try {
      Optional<byte[]> file = directory.read(FILE);
      if (file.isEmpty()) {
        return;
      }
      byte[] body = verified(file.get());
      ByteArrayInputStream in = new ByteArrayInputStream(body);
      int count = 0;
      DeltaDiscoveryResponse resources = DeltaDiscoveryResponse.parseDelimitedFrom(in);
      while (resources != null) {
        count += restore(resources, store);
        resources = DeltaDiscoveryResponse.parseDelimitedFrom(in);
      }
      LOG.infof("starting with %d resources kept in %s", count, directory.path(FILE));
    } catch (InvalidProtocolBufferException e) {
      LOG.warnf(
          "the configuration kept in %s is ignored: %s", directory.path(FILE), e.getMessage());
    } catch (IOException e) {
      LOG.warnf("the configuration kept in %s is ignored: %s", directory.path(FILE), e.toString());
    }
  }

  private byte[] verified(byte[] file) throws IOException {
    if (file.length < head.length + HASH
        || !Arrays.equals(head, 0, head.length, file, 0, head.length)) {
      throw new IOException("it is of another format or another node");
    }
    byte[] body = Arrays.copyOfRange(file, head.length + HASH, file.length);
    if (!MessageDigest.isEqual(
        sha256(body), Arrays.copyOfRange(file, head.length, head.length + HASH))) {
      throw new IOException("its checksum is wrong");
    }
    return body;
  }

  private static int restore(DeltaDiscoveryResponse resources, ResourceStore store) {
    Optional<ResourceType> type = ResourceType.ofUrl(resources.getTypeUrl());
    if (type.isEmpty()) {
      return 0;
    }
    int count = 0;
    for (var resource : resources.getResourcesList()) {
      // What an earlier version of this program took may be refused today; the agent sends it again
      // then.
      if (type.get().parse(resource.getName(), resource.getResource())
          instanceof Parsed.Accepted<Resource>(Resource value)) {
        store.accept(
            type.get(),
            resource.getName(),
            new ResourceStore.Entry(
                resource.getVersion(), resource.getResource(), withUnknownHealth(value), true));
        count++;
      }
    }
    return count;
  }

  /**
   * Health does not outlive its evidence: what the disk says of it is unknown, which counts as
   * healthy until tried.
   */
  private static Resource withUnknownHealth(Resource resource) {
    return switch (resource) {
      case Resource.OfEndpoints(EndpointSet set) ->
          new Resource.OfEndpoints(withUnknownHealth(set));
      case Resource.OfListener listener -> listener;
      case Resource.OfRoutes routes -> routes;
      case Resource.OfUpstream upstream -> upstream;
      case Resource.OfValidation validation -> validation;
    };
  }

  private static EndpointSet withUnknownHealth(EndpointSet set) {
    List<Locality> localities =
        set.localities().stream()
            .map(locality ->
                new Locality(
                    locality.region(),
                    locality.zone(),
                    locality.subZone(),
                    locality.priority(),
                    locality.weight(),
                    locality.endpoints().stream().map(ResourceCache::withUnknownHealth).toList()))
            .toList();
    return new EndpointSet(set.name(), localities, set.overprovisioningFactor());
  }

  private static Endpoint withUnknownHealth(Endpoint endpoint) {
    return new Endpoint(
        endpoint.address(),
        Health.HEALTHY,
        endpoint.weight(),
        endpoint.sni(),
        endpoint.instance(),
        endpoint.cluster(),
        endpoint.transportMatch(),
        endpoint.labels());
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
