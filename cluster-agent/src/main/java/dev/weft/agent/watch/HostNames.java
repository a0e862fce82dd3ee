package dev.weft.agent.watch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks host names up. Thread-safe. */
@FunctionalInterface
public interface HostNames {
  /** The machine's own resolver; the JVM remembers an answer for 30 s. */
  HostNames SYSTEM = host -> List.of(InetAddress.getAllByName(host));

  /**
   * All addresses of a host. May block for as long as it likes, so it is called on threads of its
   * own only.
   */
  List<InetAddress> addressesOf(String host) throws UnknownHostException;
}
