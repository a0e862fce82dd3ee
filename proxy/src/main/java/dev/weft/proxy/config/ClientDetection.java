package dev.weft.proxy.config;

import dev.weft.policy.match.CidrRange;
import java.util.List;

/**
 * Which address counts as that of a request's client, and who is trusted to say so ({@code
 * use_remote_address} and what belongs to it of {@code HttpConnectionManager}).
 *
 * @param edge whether this is the first proxy, or the first behind {@code trustedHops} others, that
 *     is believed: what callers say that only trusted ones may say is taken away
 * @param trustedHops proxies in front whose entries in {@code x-forwarded-for} are believed; with
 *     {@code edge} alone
 * @param append whether the peer's address is added to {@code x-forwarded-for}; with {@code edge}
 *     alone
 * @param detectors asked one after the other until one finds the client; without {@code edge} alone
 * @param internal addresses of clients that are internal
 * @param keepRequestId whether an {@code x-request-id} that came is kept at the edge too
 */
public record ClientDetection(
    boolean edge,
    int trustedHops,
    boolean append,
    List<Forwarded> detectors,
    List<CidrRange> internal,
    boolean keepRequestId) {

  /** The last address of {@code x-forwarded-for} is the client's: Envoy's default. */
  public static final ClientDetection LAST =
      new ClientDetection(
          false, 0, false, List.of(new Forwarded(0, List.of(), false)), List.of(), false);

  public ClientDetection {
    detectors = List.copyOf(detectors);
    internal = List.copyOf(internal);
  }

  /** Whether a request without {@code x-forwarded-for} has nothing to be found out about. */
  public boolean headerOnly() {
    return !edge
        && detectors.size() == 1
        && detectors.getFirst().trusted().isEmpty()
        && !detectors.getFirst().append();
  }

  /**
   * The client as {@code x-forwarded-for} tells it ({@code XffConfig}).
   *
   * @param hops entries at the end that are of proxies
   * @param trusted addresses of proxies; with any of them the header is believed of these alone,
   *     and the client is the last address that is none of them
   * @param append whether the peer's address is added to the header
   */
  public record Forwarded(int hops, List<CidrRange> trusted, boolean append) {

    public Forwarded {
      trusted = List.copyOf(trusted);
    }
  }
}
