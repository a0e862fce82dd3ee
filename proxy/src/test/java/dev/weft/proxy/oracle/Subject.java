package dev.weft.proxy.oracle;

import java.nio.file.Path;
import java.util.Map;

/** A data plane that runs the resources of all cases. */
interface Subject extends AutoCloseable {

  String name();

  /** The port on loopback where the listener of a case accepts connections. */
  int port(String listener);

  /** The files that its standard output and error go to, by these names. */
  Map<String, Path> streams();

  @Override
  void close();
}
