package dev.weft.bench.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes a node's identity as the node itself keeps it. */
final class NodeFiles {
  private NodeFiles() {}

  /** Key, certificate and roots in one file, all of it for the owner only. */
  static void write(Path data, Authority.Svid svid, String root) throws IOException {
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    Path file = data.resolve("identity.pem");
    Files.writeString(
        file,
        svid.key() + svid.certificate() + root.replace(" CERTIFICATE", " TRUSTED CERTIFICATE"),
        StandardCharsets.US_ASCII);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
