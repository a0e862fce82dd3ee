package dev.weft.proxy.bootstrap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The node's own files: owner-only, replaced as a whole or not at all. Blocking; one writer per
 * file name at a time.
 */
public final class DataDirectory {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Path directory;

  private DataDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * Opens it, made owner-only when it is not there.
   *
   * @throws IOException when it cannot be made or is no directory
   */
  public static DataDirectory open(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return new DataDirectory(directory);
  }

  /** The file's path, for messages. */
  public Path path(String name) {
    return directory.resolve(name);
  }

  /** The content; empty when there is no such file. */
  public Optional<byte[]> read(String name) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(path(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Replaces the file; when this returns the content survives a crash of the machine. */
  public void replace(String name, byte[] content) throws IOException {
    Path temporary = path(name + ".new");
    Files.deleteIfExists(temporary);
    Files.createFile(temporary, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(
        temporary, path(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
      parent.force(true);
    }
  }

  /** Removes the file, if it is there. */
  public void delete(String name) throws IOException {
    Files.deleteIfExists(path(name));
  }
}
