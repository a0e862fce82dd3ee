package dev.weft.policy.match;

import org.jspecify.annotations.Nullable;

/**
 * The addresses that begin with the same bits ({@code envoy.config.core.v3.CidrRange}). An address
 * of the other family is never among them.
 *
 * @param base its bits after the first {@code length} are 0: the constructor sees to it
 * @param length 0 to the bits of the family; more are taken as all, as Envoy does
 */
public record CidrRange(IpAddress base, int length) {

  /** Cuts off what does not count. */
  public CidrRange {
    length = Math.min(length, base.bits());
    if (length < 0) {
      throw new IllegalArgumentException("a prefix of " + length + " bits");
    }
    base =
        new IpAddress(base.v6(), base.high() & mask(length), base.low() & mask(length - Long.SIZE));
  }

  private static long mask(int bits) {
    return bits <= 0 ? 0 : bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - bits);
  }

  /** Whether the address is one of them; {@code null} is none. */
  public boolean contains(@Nullable IpAddress address) {
    return address != null
        && address.v6() == base.v6()
        && (address.high() & mask(length)) == base.high()
        && (address.low() & mask(length - Long.SIZE)) == base.low();
  }

  /** The greatest of them. */
  public IpAddress last() {
    long familyHigh = base.v6() ? -1L : -1L << 32;
    long familyLow = base.v6() ? -1L : 0;
    return new IpAddress(
        base.v6(),
        base.high() | (~mask(length) & familyHigh),
        base.low() | (~mask(length - Long.SIZE) & familyLow));
  }

  @Override
  public String toString() {
    return base + "/" + length;
  }
}
