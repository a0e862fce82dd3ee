package dev.weft.proxy.oracle;

/** A data plane that runs the resources of all cases. */
interface Subject extends AutoCloseable {

  String name();

  /** The port on loopback where the listener of a case accepts connections. */
  int port(String listener);

  @Override
  void close();
}
