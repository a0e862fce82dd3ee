package dev.weft.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Replaces a file so that a reader, also after a crash, sees the old content or the new one and
 * nothing between: temporary file in the same directory, fsync, rename, fsync of the directory.
 * Thread-safe; of two concurrent writers one wins whole.
 */
public final class DurableFile {

  /** Permissions of what only the agent's own user may read. */
  public static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** Permissions of what everybody may read. */
  public static final Set<PosixFilePermission> WORLD_READABLE =
      PosixFilePermissions.fromString("rw-r--r--");

  /**
   * What temporary files end in. One found at a start is the rest of a write that was never
   * acknowledged.
   */
  public static final String TEMPORARY_SUFFIX = ".tmp";

  private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private static final AtomicLong NEXT = new AtomicLong();

  private DurableFile() {}

  /**
   * Returns once the content is durable under its name.
   *
   * @throws IOException when it is not known to be durable; the old content may then still be the
   *     one in place
   */
  public static void write(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    Path directory = parentOf(file);
    Path temporary =
        directory.resolve(
            "." + ProcessHandle.current().pid() + "-" + NEXT.incrementAndGet() + TEMPORARY_SUFFIX);
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
        ByteBuffer rest = ByteBuffer.wrap(content);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        if (!permissions.equals(OWNER_ONLY)) {
          Files.setPosixFilePermissions(temporary, permissions);
        }
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    syncDirectory(directory);
  }

  /** Removes the file and returns once that is durable; {@code false} when there was none. */
  public static boolean delete(Path file) throws IOException {
    boolean there = Files.deleteIfExists(file);
    if (there) {
      syncDirectory(parentOf(file));
    }
    return there;
  }

  /** Creates a directory and what is missing above it, owner-only and durable. */
  public static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = parentOf(directory);
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
    syncDirectory(parent);
  }

  private static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path parentOf(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no directory above " + file);
    }
    return parent;
  }
}
