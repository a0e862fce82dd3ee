package dev.weft.bench.machine;

import java.util.Arrays;
import java.util.List;

/** Arguments of a JVM as people write them, between spaces. */
public final class JvmArguments {
  private JvmArguments() {}

  /** All that is said, in order; blank: none. */
  public static List<String> of(String... said) {
    return Arrays.stream(said)
        .flatMap(text -> Arrays.stream(text.strip().split(" +", -1)))
        .filter(argument -> !argument.isEmpty())
        .toList();
  }
}
