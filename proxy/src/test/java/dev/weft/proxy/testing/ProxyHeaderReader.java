package dev.weft.proxy.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.AttributeKey;
import java.util.List;

/** Reads a PROXY header off a connection; without one the connection ends. */
final class ProxyHeaderReader extends ByteToMessageDecoder {
  /** The version and the addresses, without ports. */
  static final AttributeKey<String> TOLD = AttributeKey.valueOf("proxy-header");

  private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
  private static final int HEAD = 16;

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    String begun = in.toString(in.readerIndex(), in.readableBytes(), ISO_8859_1);
    if (begun.startsWith("PROXY ")) {
      int end = begun.indexOf("\r\n");
      if (end >= 0) {
        in.skipBytes(end + 2);
        String[] words = begun.substring(0, end).split(" ");
        read(ctx, words.length < 4 ? "V1 " + words[1] : "V1 " + words[2] + " " + words[3]);
      }
    } else if (begun.startsWith(SIGNATURE)) {
      if (in.readableBytes() >= HEAD) {
        int length = in.getUnsignedShort(in.readerIndex() + HEAD - 2);
        if (in.readableBytes() >= HEAD + length) {
          in.skipBytes(HEAD);
          ByteBuf rest = in.readSlice(length);
          read(ctx, length < 12 ? "V2" : "V2 " + address(rest) + " " + address(rest));
        }
      }
    } else if (begun.length() >= SIGNATURE.length()) {
      ctx.close();
    }
  }

  private static String address(ByteBuf from) {
    return from.readUnsignedByte()
        + "."
        + from.readUnsignedByte()
        + "."
        + from.readUnsignedByte()
        + "."
        + from.readUnsignedByte();
  }

  private static void read(ChannelHandlerContext ctx, String told) {
    ctx.channel().attr(TOLD).set(told);
    ctx.pipeline().remove(ProxyHeaderReader.class);
  }
}
