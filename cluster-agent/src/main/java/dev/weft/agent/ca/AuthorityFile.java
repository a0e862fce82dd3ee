package dev.weft.agent.ca;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.agent.store.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * {@code ca/authority.pem}: all that {@link AuthorityText} writes of an authority, in one file that
 * is replaced as a whole, so that no crash can leave a key without its certificate or a rotation
 * between two steps. Owner-only, and so is the directory; both are made so again at each start,
 * since a copy that was restored may not be. Beside it {@code ca/bundle.pem}, the roots, which are
 * public: for the owner to hand out copies, which everybody may read. Written after the authority,
 * so what it names can always be signed with.
 */
final class AuthorityFile {
  private static final Logger LOG = Logger.getLogger(AuthorityFile.class);

  private final Path directory;

  AuthorityFile(Path directory) {
    this.directory = directory;
  }

  /**
   * What an earlier start left; empty at the first.
   *
   * @throws IOException naming the file, when there is something that cannot be used
   */
  Optional<Authority> load() throws IOException {
    Path file = file();
    if (!Files.exists(file)) {
      if (Files.exists(bundle())) {
        throw new IOException(
            bundle()
                + " is there but "
                + file
                + " is not: the authority's keys are lost. Restore the file, or remove "
                + directory
                + " to begin with a new authority (every workload and peer has to enrol again)");
      }
      return Optional.empty();
    }
    protect();
    try {
      return Optional.of(AuthorityText.read(Files.readString(file, US_ASCII)));
    } catch (GeneralSecurityException | RuntimeException | IOException e) {
      throw new IOException(
          file + " cannot be used: " + e.getMessage() + ". Restore it from a backup", e);
    }
  }

  /** Returns once the authority is durable. */
  void save(Authority authority) throws IOException {
    DurableFile.createDirectories(directory);
    protect();
    DurableFile.write(
        file(), AuthorityText.write(authority).getBytes(US_ASCII), DurableFile.OWNER_ONLY);
  }

  private void protect() throws IOException {
    restrict(directory, PosixFilePermissions.fromString("rwx------"));
    if (Files.exists(file())) {
      restrict(file(), DurableFile.OWNER_ONLY);
    }
  }

  private static void restrict(Path path, Set<PosixFilePermission> permissions) throws IOException {
    Set<PosixFilePermission> found = Files.getPosixFilePermissions(path);
    if (!permissions.containsAll(found)) {
      LOG.warnf(
          "%s was %s: it is for its owner only, and so from now on",
          path, PosixFilePermissions.toString(found));
      Files.setPosixFilePermissions(path, permissions);
    }
  }

  /** Writes the bundle unless it already says the same. */
  void saveBundle(List<X509Certificate> roots) throws IOException {
    StringBuilder text = new StringBuilder();
    for (X509Certificate root : roots) {
      text.append(AuthorityText.certificate(root));
    }
    byte[] content = text.toString().getBytes(US_ASCII);
    if (!Files.exists(bundle()) || !Arrays.equals(Files.readAllBytes(bundle()), content)) {
      DurableFile.write(bundle(), content, DurableFile.WORLD_READABLE);
    }
  }

  private Path file() {
    return directory.resolve("authority.pem");
  }

  private Path bundle() {
    return directory.resolve("bundle.pem");
  }
}
