package dev.weft.proxy.http.router;

import dev.weft.policy.match.CidrRange;
import dev.weft.policy.match.IpAddress;
import dev.weft.proxy.config.ClientDetection;
import dev.weft.proxy.config.ClientDetection.Forwarded;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.NodeAddress;
import dev.weft.proxy.http.PolicyFacts;
import dev.weft.proxy.telemetry.RequestRecord;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who a request's client is, and writes into {@code x-forwarded-for} what the next hop is
 * to know, as Envoy's connection manager does. Stateless; on the worker's loop.
 */
final class Clients {
  private static final String FORWARDED_FOR = "x-forwarded-for";
  private static final IpAddress LOOPBACK_4 = new IpAddress(false, 0x7f000001L << 32, 0);
  private static final IpAddress LOOPBACK_6 = new IpAddress(true, 0, 1);

  private Clients() {}

  /**
   * @param address {@code null}: nobody that is believed has told
   * @param first whether it is the only one that was told, so that no proxy outside stands between
   * @param append whether the peer is to be added
   */
  private record Found(@Nullable IpAddress address, boolean first, boolean append) {}

  /**
   * Tells the record who the client is.
   *
   * @return whether it is an internal one
   */
  static boolean find(
      ClientDetection rules,
      HeaderList headers,
      DownstreamConnection connection,
      RequestRecord record) {
    String forwarded = headers.joined(FORWARDED_FOR);
    if (forwarded == null && rules.headerOnly()) {
      return false;
    }
    IpAddress peer = PolicyFacts.ip(connection.remoteAddress());
    Found found = rules.edge() ? edge(rules, forwarded, peer) : detect(rules, forwarded, peer);
    if (found.append() && peer != null) {
      append(headers, forwarded, peer);
    }
    IpAddress client = found.address();
    if (client != null && !client.equals(peer)) {
      record.client(new InetSocketAddress(PolicyFacts.inet(client), 0));
    }
    return found.first() && client != null && contains(rules.internal(), client);
  }

  private static Found edge(
      ClientDetection rules, @Nullable String forwarded, @Nullable IpAddress peer) {
    IpAddress told = null;
    if (rules.trustedHops() > 0 && forwarded != null) {
      told = address(forwarded, rules.trustedHops() - 1);
    }
    return new Found(told == null ? peer : told, forwarded == null, rules.append());
  }

  private static Found detect(
      ClientDetection rules, @Nullable String forwarded, @Nullable IpAddress peer) {
    boolean append = false;
    List<Forwarded> detectors = rules.detectors();
    for (int i = 0; i < detectors.size(); i++) {
      Found found = detect(detectors.get(i), forwarded, peer);
      append = found.append();
      if (found.address() != null) {
        return found;
      }
    }
    return new Found(null, false, append);
  }

  private static Found detect(
      Forwarded detector, @Nullable String forwarded, @Nullable IpAddress peer) {
    if (!detector.trusted().isEmpty() && !contains(detector.trusted(), peer)) {
      // Whoever is not trusted is told to the next hop, which may have its own view of it.
      return new Found(null, false, true);
    }
    if (forwarded == null) {
      return new Found(null, false, detector.append());
    }
    boolean single = forwarded.indexOf(',') < 0;
    if (detector.trusted().isEmpty()) {
      return new Found(
          address(forwarded, detector.hops()), single && detector.hops() == 0, detector.append());
    }
    return new Found(outside(forwarded, detector.trusted()), single, detector.append());
  }

  /** The address before so many others at the end; {@code null}: there is none. */
  private static @Nullable IpAddress address(String forwarded, int skip) {
    int end = forwarded.length();
    for (int i = 0; i < skip; i++) {
      end = forwarded.lastIndexOf(',', end - 1);
      if (end < 0) {
        return null;
      }
    }
    return IpAddress.parse(forwarded.substring(comma(forwarded, end) + 1, end).strip());
  }

  /** The last address that is not trusted, or the first where all are; {@code null}: none. */
  private static @Nullable IpAddress outside(String forwarded, List<CidrRange> trusted) {
    IpAddress address = null;
    for (int end = forwarded.length(); end >= 0; end = comma(forwarded, end)) {
      address = IpAddress.parse(forwarded.substring(comma(forwarded, end) + 1, end).strip());
      if (address == null || !contains(trusted, address)) {
        return address;
      }
    }
    return address;
  }

  private static int comma(String text, int before) {
    return before == 0 ? -1 : text.lastIndexOf(',', before - 1);
  }

  private static boolean contains(List<CidrRange> ranges, @Nullable IpAddress address) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).contains(address)) {
        return true;
      }
    }
    return false;
  }

  private static void append(HeaderList headers, @Nullable String before, IpAddress peer) {
    // The node's own address says more to the next hop than its loopback does.
    String own =
        peer.equals(LOOPBACK_4) || peer.equals(LOOPBACK_6)
            ? NodeAddress.text()
            : PolicyFacts.text(peer);
    headers.set(FORWARDED_FOR, before == null || before.isEmpty() ? own : before + "," + own);
  }
}
