package dev.weft.bench.peer;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a node's data directory as the node itself does. */
final class NodeFiles {
  private NodeFiles() {}

  /**
   * Writes identity and configuration.
   *
   * @param owner the node's SPIFFE identity
   */
  static void write(
      Path data, String owner, Authority.Svid svid, String root, List<Resources.Named> resources)
      throws IOException {
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    write(
        data.resolve("identity.pem"),
        (svid.key() + svid.certificate() + root.replace(" CERTIFICATE", " TRUSTED CERTIFICATE"))
            .getBytes(StandardCharsets.US_ASCII));
    Map<String, DeltaDiscoveryResponse.Builder> types = new LinkedHashMap<>();
    for (Resources.Named one : resources) {
      String type = one.resource().getTypeUrl();
      types
          .computeIfAbsent(type, url -> DeltaDiscoveryResponse.newBuilder().setTypeUrl(url))
          .addResources(
              Resource.newBuilder()
                  .setName(one.name())
                  .setVersion("1")
                  .setResource(one.resource()));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (DeltaDiscoveryResponse.Builder type : types.values()) {
      type.build().writeDelimitedTo(body);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(("weft configuration 1 " + owner + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      file.writeBytes(MessageDigest.getInstance("SHA-256").digest(body.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
    file.writeBytes(body.toByteArray());
    write(data.resolve("configuration"), file.toByteArray());
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.write(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
