package dev.weft.proxy.upstream.lb;

/** What a balancer has to know of a host. */
public interface Candidate {

  /** Share of the load relative to the other hosts, 1 to 65535. */
  int weight();

  /** Requests or connections of this worker that the host is busy with. */
  int active();

  /** What tells it from others in consistent hashing. */
  String hashKey();
}
