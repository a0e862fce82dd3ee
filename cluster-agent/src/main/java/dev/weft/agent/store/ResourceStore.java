package dev.weft.agent.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * A file per resource under {@code <root>/<kind>/}, all of it owner-only.
 *
 * <p>Thread-safe. A call that writes returns when the change is durable (fsync of file and
 * directory); calls for the same name are done one after the other, calls for different names
 * beside each other. It blocks for as long as the disk takes, milliseconds as a rule: never call it
 * on an event loop. Content must be text in UTF-8 to stay readable for people, but is kept byte for
 * byte whatever it is. Names are any text of 1 to 1024 characters; kinds are {@code
 * [a-z][a-z0-9-]*}.
 */
public final class ResourceStore {

  private static final System.Logger LOG = System.getLogger(ResourceStore.class.getName());
  private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final String QUARANTINE = ".quarantine";
  private static final int LONGEST_NAME = 1024;

  /** The ending of a second file that was set aside under a name. */
  private static final Pattern COPY = Pattern.compile("\\.\\d+$");

  private static final ObjectMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path root;
  private final ReentrantLock[] stripes = new ReentrantLock[64];

  /**
   * @param root created, owner-only, when it is missing
   * @throws IOException when it cannot be created
   */
  public ResourceStore(Path root) throws IOException {
    this.root = root;
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new ReentrantLock();
    }
    DurableFile.createDirectories(root);
  }

  /** Writes or replaces a resource, as indented JSON (which is YAML). */
  public void put(String kind, String name, JsonNode content) throws IOException {
    byte[] bytes;
    try {
      bytes = PRETTY.writeValueAsBytes(content);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a tree that cannot be written: " + name, e);
    }
    put(kind, name, bytes);
  }

  /** Writes or replaces a resource. */
  public void put(String kind, String name, byte[] content) throws IOException {
    Path file = file(kind, name);
    byte[] encoded = ResourceFile.encode(kind, name, content);
    ReentrantLock lock = stripe(file);
    lock.lock();
    try {
      DurableFile.createDirectories(root.resolve(kind));
      DurableFile.write(file, encoded, DurableFile.OWNER_ONLY);
    } finally {
      lock.unlock();
    }
  }

  /** Removes a resource; {@code false} when there was none. */
  public boolean delete(String kind, String name) throws IOException {
    Path file = file(kind, name);
    ReentrantLock lock = stripe(file);
    lock.lock();
    try {
      return Files.isDirectory(root.resolve(kind)) && DurableFile.delete(file);
    } finally {
      lock.unlock();
    }
  }

  /**
   * One resource; empty when there is none or its file is corrupt (which then stays where it is,
   * for the next load to report).
   */
  public Optional<byte[]> get(String kind, String name) throws IOException {
    Path file = file(kind, name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return switch (ResourceFile.decode(kind, Files.readAllBytes(file))) {
      case ResourceFile.Decoded.Intact(String found, byte[] content) when found.equals(name) ->
          Optional.of(content);
      case ResourceFile.Decoded.Intact _, ResourceFile.Decoded.Corrupt _ -> Optional.empty();
    };
  }

  /**
   * All resources of a kind. A corrupt file does not keep the others from being loaded: it is moved
   * to {@code <kind>/.quarantine/}, logged and reported. Meant for the start, before the first
   * write of that kind.
   */
  public Loaded loadAll(String kind) throws IOException {
    Path directory = directory(kind);
    Map<String, byte[]> resources = new HashMap<>();
    List<Loaded.Corrupt> corrupt = new ArrayList<>(quarantined(kind));
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          load(kind, file, resources, corrupt);
        }
      }
    }
    return new Loaded(resources, corrupt);
  }

  /**
   * Removes what was set aside of a resource: somebody has written it anew or removed it.
   *
   * @param name as {@link Loaded.Corrupt#name} says
   */
  public void forgetCorrupt(String kind, String name) throws IOException {
    for (Loaded.Corrupt corrupt : quarantined(kind)) {
      if (corrupt.name().equals(name)) {
        DurableFile.delete(root.resolve(corrupt.file()));
      }
    }
  }

  private void load(
      String kind, Path file, Map<String, byte[]> resources, List<Loaded.Corrupt> corrupt)
      throws IOException {
    String fileName = String.valueOf(file.getFileName());
    if (fileName.equals(QUARANTINE)) {
      return;
    }
    if (fileName.endsWith(DurableFile.TEMPORARY_SUFFIX)) {
      Files.deleteIfExists(file);
      return;
    }
    String reason =
        switch (read(kind, file)) {
          case ResourceFile.Decoded.Intact(String name, byte[] content)
              when FileName.of(name).equals(fileName) -> {
            resources.put(name, content);
            yield "";
          }
          case ResourceFile.Decoded.Intact(String name, byte[] _) ->
              "it holds another resource, \"" + name + "\"";
          case ResourceFile.Decoded.Corrupt(String why) -> why;
        };
    if (!reason.isEmpty()) {
      corrupt.add(quarantine(kind, file, reason));
    }
  }

  private static ResourceFile.Decoded read(String kind, Path file) {
    try {
      return ResourceFile.decode(kind, Files.readAllBytes(file));
    } catch (IOException e) {
      return new ResourceFile.Decoded.Corrupt("it cannot be read: " + e.getMessage());
    }
  }

  private Loaded.Corrupt quarantine(String kind, Path file, String reason) throws IOException {
    Path directory = directory(kind).resolve(QUARANTINE);
    DurableFile.createDirectories(directory);
    String fileName = String.valueOf(file.getFileName());
    Path target = directory.resolve(fileName);
    for (int copy = 2; Files.exists(target); copy++) {
      target = directory.resolve(fileName + "." + copy);
    }
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    String relative = root.relativize(target).toString();
    LOG.log(
        System.Logger.Level.ERROR, "a corrupt resource is set aside as {0}: {1}", relative, reason);
    return corrupt(kind, target, reason);
  }

  /** What a file that was set aside says of itself: whole, its own name; else that of its file. */
  private Loaded.Corrupt corrupt(String kind, Path file, String reason) {
    String content = "";
    String name = FileName.nameOf(COPY.matcher(String.valueOf(file.getFileName())).replaceAll(""));
    try {
      byte[] bytes = Files.readAllBytes(file);
      content = new String(bytes, StandardCharsets.UTF_8);
      if (ResourceFile.decode(kind, bytes) instanceof ResourceFile.Decoded.Intact(String own, _)) {
        name = own;
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "{0} cannot be read: {1}", file, e.getMessage());
    }
    return new Loaded.Corrupt(root.relativize(file).toString(), name, reason, content);
  }

  private List<Loaded.Corrupt> quarantined(String kind) throws IOException {
    List<Loaded.Corrupt> found = new ArrayList<>();
    Path directory = directory(kind).resolve(QUARANTINE);
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          found.add(corrupt(kind, file, "set aside by an earlier load"));
        }
      }
    }
    return found;
  }

  private Path directory(String kind) {
    if (!KIND.matcher(kind).matches()) {
      throw new IllegalArgumentException("not a kind of resource: \"" + kind + "\"");
    }
    return root.resolve(kind);
  }

  private Path file(String kind, String name) {
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      throw new IllegalArgumentException("a name of " + name.length() + " characters");
    }
    return directory(kind).resolve(FileName.of(name));
  }

  private ReentrantLock stripe(Path file) {
    return stripes[Math.floorMod(file.hashCode(), stripes.length)];
  }
}
