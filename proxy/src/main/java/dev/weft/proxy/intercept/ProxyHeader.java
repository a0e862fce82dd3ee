package dev.weft.proxy.intercept;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.proxy.config.ProxyVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The header of the PROXY protocol (haproxy.org, "The PROXY protocol", sections 2.1 and 2.2).
 *
 * @param source who connected; {@code null}: the header does not say, as a health check's
 * @param destination where to
 */
public record ProxyHeader(
    @Nullable InetSocketAddress source, @Nullable InetSocketAddress destination) {
  private static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final int V2_FIXED = 16;
  private static final int MAX_V1 = 107;

  /** All that is looked at of a v2 header; TLVs are read over. */
  static final int MAX_V2 = 4096;

  /** What reading came to. */
  sealed interface Reading {
    record Incomplete() implements Reading {}

    /** Not a header at all. */
    record None() implements Reading {}

    record Invalid(String why) implements Reading {}

    /**
     * A header.
     *
     * @param length bytes that it takes
     */
    record Complete(ProxyVersion version, ProxyHeader header, int length) implements Reading {}
  }

  /** Reads a header at the beginning of the bytes; consumes nothing. */
  static Reading read(ByteBuf bytes) {
    int length = bytes.readableBytes();
    int from = bytes.readerIndex();
    int same = 0;
    while (same < Math.min(length, SIGNATURE.length)
        && bytes.getByte(from + same) == SIGNATURE[same]) {
      same++;
    }
    if (same == SIGNATURE.length) {
      return length < V2_FIXED ? new Reading.Incomplete() : v2(bytes, from, length);
    }
    if (same > 0 && same == length) {
      return new Reading.Incomplete();
    }
    byte[] begin = "PROXY ".getBytes(US_ASCII);
    for (int i = 0; i < Math.min(length, begin.length); i++) {
      if (bytes.getByte(from + i) != begin[i]) {
        return new Reading.None();
      }
    }
    return length < begin.length ? new Reading.Incomplete() : v1(bytes, from, length);
  }

  private static Reading v1(ByteBuf bytes, int from, int length) {
    int lf = bytes.indexOf(from, from + Math.min(length, MAX_V1), (byte) '\n');
    if (lf < 0) {
      return length >= MAX_V1
          ? new Reading.Invalid("a v1 header of more than 107 bytes")
          : new Reading.Incomplete();
    }
    if (bytes.getByte(lf - 1) != '\r') {
      return new Reading.Invalid("a v1 header that does not end in CRLF");
    }
    int size = lf + 1 - from;
    String[] words = bytes.toString(from, size - 2, US_ASCII).split(" ", -1);
    if (words.length >= 2 && words[1].equals("UNKNOWN")) {
      return new Reading.Complete(ProxyVersion.V1, new ProxyHeader(null, null), size);
    }
    boolean v6 = words.length == 6 && words[1].equals("TCP6");
    if (!v6 && !(words.length == 6 && words[1].equals("TCP4"))) {
      return new Reading.Invalid("a v1 header of another form");
    }
    InetSocketAddress source = address(words[2], words[4], v6);
    InetSocketAddress destination = address(words[3], words[5], v6);
    return source == null || destination == null
        ? new Reading.Invalid("a v1 header with an invalid address")
        : new Reading.Complete(ProxyVersion.V1, new ProxyHeader(source, destination), size);
  }

  private static @Nullable InetSocketAddress address(String host, String port, boolean v6) {
    boolean valid = v6 ? NetUtil.isValidIpV6Address(host) : NetUtil.isValidIpV4Address(host);
    byte[] ip = NetUtil.createByteArrayFromIpAddressString(host);
    boolean number =
        !port.isEmpty()
            && port.length() <= 5
            && port.chars().allMatch(c -> c >= '0' && c <= '9')
            && !(port.length() > 1 && port.charAt(0) == '0');
    if (!valid || ip == null || !number || Integer.parseInt(port) > 65_535) {
      return null;
    }
    return address(ip, Integer.parseInt(port));
  }

  private static @Nullable InetSocketAddress address(byte[] ip, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ip), port);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static Reading v2(ByteBuf bytes, int from, int length) {
    int command = bytes.getUnsignedByte(from + 12);
    int family = bytes.getUnsignedByte(from + 13);
    int size = V2_FIXED + bytes.getUnsignedShort(from + 14);
    if (command != 0x20 && command != 0x21) {
      return new Reading.Invalid("a v2 header of another version or command");
    }
    if (size > MAX_V2) {
      return new Reading.Invalid("a v2 header of more than " + MAX_V2 + " bytes");
    }
    int ip = family == 0x11 ? 4 : family == 0x21 ? 16 : 0;
    boolean said = command == 0x21 && family != 0;
    if (said && (ip == 0 || size < V2_FIXED + 2 * ip + 4)) {
      return new Reading.Invalid("a v2 header of another family, or too short for its own");
    }
    if (length < size) {
      return new Reading.Incomplete();
    }
    ProxyHeader header = said ? addresses(bytes, from + V2_FIXED, ip) : new ProxyHeader(null, null);
    return new Reading.Complete(ProxyVersion.V2, header, size);
  }

  private static ProxyHeader addresses(ByteBuf bytes, int at, int ip) {
    byte[] source = new byte[ip];
    byte[] destination = new byte[ip];
    bytes.getBytes(at, source);
    bytes.getBytes(at + ip, destination);
    return new ProxyHeader(
        address(source, bytes.getUnsignedShort(at + 2 * ip)),
        address(destination, bytes.getUnsignedShort(at + 2 * ip + 2)));
  }

  /** The header on the wire; without addresses, or with those of two families, it says so. */
  public ByteBuf write(ProxyVersion version, ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(64);
    InetSocketAddress from = source;
    InetSocketAddress to = destination;
    boolean v1 = version == ProxyVersion.V1;
    if (from == null
        || to == null
        || from.getAddress().getAddress().length != to.getAddress().getAddress().length) {
      return v1
          ? out.writeBytes("PROXY UNKNOWN\r\n".getBytes(US_ASCII))
          : out.writeBytes(SIGNATURE).writeByte(0x20).writeByte(0).writeShort(0);
    }
    return v1 ? writeV1(from, to, out) : writeV2(from, to, out);
  }

  private static ByteBuf writeV1(InetSocketAddress from, InetSocketAddress to, ByteBuf out) {
    String line =
        "PROXY "
            + (from.getAddress() instanceof Inet6Address ? "TCP6 " : "TCP4 ")
            + NetUtil.toAddressString(from.getAddress())
            + " "
            + NetUtil.toAddressString(to.getAddress())
            + " "
            + from.getPort()
            + " "
            + to.getPort()
            + "\r\n";
    return out.writeBytes(line.getBytes(US_ASCII));
  }

  private static ByteBuf writeV2(InetSocketAddress from, InetSocketAddress to, ByteBuf out) {
    byte[] ip = from.getAddress().getAddress();
    return out.writeBytes(SIGNATURE)
        .writeByte(0x21)
        .writeByte(ip.length == 16 ? 0x21 : 0x11)
        .writeShort(2 * ip.length + 4)
        .writeBytes(ip)
        .writeBytes(to.getAddress().getAddress())
        .writeShort(from.getPort())
        .writeShort(to.getPort());
  }
}
