package dev.weft.bench.machine;

/**
 * The two processors of a measurement, by their numbers in {@code /proc/stat}.
 *
 * @param proxy where the proxy under test runs, alone
 * @param load where everything else of the benchmark runs
 */
public record Cores(int proxy, int load) {
  /** Two different processors. */
  public Cores {
    if (proxy == load || proxy < 0 || load < 0) {
      throw new IllegalArgumentException("two different processors are needed");
    }
  }

  /** Reads {@code 0,1}. */
  public static Cores parse(String text) {
    String[] parts = text.split(",", -1);
    if (parts.length != 2) {
      throw new IllegalArgumentException("two processors, as 0,1: " + text);
    }
    return new Cores(Integer.parseInt(parts[0].strip()), Integer.parseInt(parts[1].strip()));
  }
}
