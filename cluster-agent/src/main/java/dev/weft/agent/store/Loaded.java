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

  /**
   * A file set aside.
   *
   * @param file where it is now, relative to the store's root
   * @param reason what is wrong with it, for people
   */
  public record Corrupt(String file, String reason) {}
}
