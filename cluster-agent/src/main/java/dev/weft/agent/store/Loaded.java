package dev.weft.agent.store;

import java.util.List;
import java.util.Map;

/**
 * What the store holds of one kind.
 *
 * @param resources content by name; intact
 * @param corrupt files that could not be read as what they should be, of this load and of earlier
 *     ones, until somebody removes them from their quarantine
 */
public record Loaded(Map<String, byte[]> resources, List<Corrupt> corrupt) {

  public Loaded {
    resources = Map.copyOf(resources);
    corrupt = List.copyOf(corrupt);
  }

  /** Those of which there is nothing intact. */
  public List<Corrupt> lost() {
    return corrupt.stream().filter(one -> !resources.containsKey(one.name())).toList();
  }

  /**
   * A file set aside.
   *
   * @param file where it is now, relative to the store's root
   * @param name of the resource that it held, or the beginning of a name too long for a file's;
   *     empty: nothing says so, and it is no file that the store wrote
   * @param reason what is wrong with it, for people
   * @param content what is there, for whoever can make something of it
   */
  public record Corrupt(String file, String name, String reason, String content) {}
}
