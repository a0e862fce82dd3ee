package dev.weft.proxy.intercept;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.ProxyVersion;
import dev.weft.proxy.intercept.ProxyHeader.Reading;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a PROXY header off the beginning of a connection. A peer that is trusted to say where a
 * connection is from is trusted to say it at once and well: anything else ends the connection.
 */
@LoopConfined
public final class ProxyProtocol extends FirstBytes<ProxyProtocol.Seen> {
  private final Set<ProxyVersion> versions;
  private final boolean optional;

  /**
   * @param versions permitted
   * @param optional whether a connection may do without
   */
  public ProxyProtocol(
      Set<ProxyVersion> versions, boolean optional, Duration timeout, Listener<Seen> listener) {
    super(ProxyHeader.MAX_V2 + 1, timeout, listener);
    this.versions = versions;
    this.optional = optional;
  }

  /** What the connection begins with. */
  public sealed interface Seen {
    /** A header that takes so many bytes. */
    record Header(ProxyHeader header, int length) implements Seen {}

    /** None, which is permitted. */
    record Nothing() implements Seen {}

    /** None, or not a permitted one. */
    record Refused(String why) implements Seen {}
  }

  @Override
  protected @Nullable Seen examine(ByteBuf bytes) {
    return switch (ProxyHeader.read(bytes)) {
      case Reading.Incomplete incomplete -> null;
      case Reading.None none -> optional ? new Seen.Nothing() : new Seen.Refused("no PROXY header");
      case Reading.Invalid(String why) -> new Seen.Refused(why);
      case Reading.Complete(ProxyVersion version, ProxyHeader header, int length) ->
          versions.contains(version)
              ? new Seen.Header(header, length)
              : new Seen.Refused("a PROXY header of version " + version);
    };
  }

  @Override
  protected int consumes(Seen decision) {
    return switch (decision) {
      case Seen.Header header -> header.length();
      case Seen.Nothing nothing -> 0;
      case Seen.Refused refused -> 0;
    };
  }
}
