package dev.weft.proxy.bootstrap;

import java.util.List;

/** The bootstrap file cannot be used. */
public final class BootstrapException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<String> problems;

  BootstrapException(String source, List<String> problems) {
    super("cannot use " + source + ":\n  " + String.join("\n  ", problems));
    this.problems = List.copyOf(problems);
  }

  /** Every problem, each beginning with its path. */
  public List<String> problems() {
    return problems;
  }
}
