package dev.weft.proxy.http.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.http.HeaderList;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Header fields as they leave the reader, against a reading by regular expressions. */
class FieldBlockTest {
  private static final Pattern LINE =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\\t\\x20-\\x7e\\x80-\\xff]*)");
  private static final Set<String> NEVER_NOMINATED =
      Set.of("host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto");
  private static final Set<String> OF_THE_CONNECTION =
      Set.of("keep-alive", "proxy-connection", "http2-settings", "upgrade");

  @Provide
  Arbitrary<List<String>> lines() {
    Arbitrary<String> names =
        Arbitraries.of(
            "Host",
            "hOST",
            "Content-Length",
            "content-length",
            "Transfer-Encoding",
            "Connection",
            "TE",
            "Upgrade",
            "Keep-Alive",
            "Proxy-Connection",
            "X-A",
            "x-a",
            "X-B",
            "Cookie",
            "X-Forwarded-For",
            "X_u",
            "",
            "X A",
            "X-A ",
            "\u00e9",
            "X\tY",
            " X-A");
    Arbitrary<String> values =
        Arbitraries.of(
            "",
            "a",
            "a, b",
            "5",
            "05",
            "-1",
            "+5",
            "5, 5",
            "1234567890123456789",
            "chunked",
            "CHUNKED",
            "gzip, chunked",
            "close",
            "x-a, close",
            "X-B",
            "host",
            "te",
            "upgrade",
            "trailers",
            "trailers, deflate",
            "websocket",
            "a\tb",
            "a\u0001",
            "a\u007f",
            "\u00e9",
            "a\rb",
            "a\0",
            " in ner ");
    Arbitrary<String> blanks = Arbitraries.of("", " ", "\t", "  \t ");
    return Combinators.combine(names, blanks, values, blanks)
        .as((name, before, value, after) -> name + ":" + before + value + after)
        .list()
        .ofMaxSize(6);
  }

  @Property(tries = 5000)
  void itAgreesWithReadingLineByLine(@ForAll("lines") List<String> lines) {
    H1HeadReader reader = new H1HeadReader(H1HeadReader.Kind.REQUEST, 8192, 100, new Scratch());
    String head = "GET / HTTP/1.1\r\n" + String.join("\r\n", lines);
    H1HeadReader.Outcome outcome =
        reader.read(
            Unpooled.wrappedBuffer(
                (head + (lines.isEmpty() ? "\r\n" : "\r\n\r\n")).getBytes(ISO_8859_1)));
    List<String> expected = naive(lines);
    if (expected == null) {
      assertThat(outcome).isEqualTo(H1HeadReader.Outcome.MALFORMED);
    } else {
      assertThat(outcome).isEqualTo(H1HeadReader.Outcome.HEAD);
      assertThat(texts(reader.fields().headers())).containsExactlyElementsOf(expected);
    }
  }

  private static List<String> texts(HeaderList headers) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < headers.size(); i++) {
      texts.add(headers.name(i) + "=" + headers.value(i));
    }
    return texts;
  }

  /** The fields that go on, in their order; {@code null}: malformed. */
  private static @Nullable List<String> naive(List<String> lines) {
    List<String[]> fields = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        return null;
      }
      String value = matcher.group(2).replaceAll("^[ \\t]+|[ \\t]+$", "");
      fields.add(new String[] {matcher.group(1).toLowerCase(Locale.ROOT), value});
    }
    List<String> lengths = values(fields, "content-length");
    List<String> encodings = values(fields, "transfer-encoding");
    Set<String> nominated = nominated(values(fields, "connection"));
    if (values(fields, "host").size() > 1
        || lengths.size() > 1
        || !lengths.stream().allMatch(length -> length.matches("[0-9]{1,18}"))
        || encodings.size() > 1
        || !encodings.stream().allMatch("chunked"::equalsIgnoreCase)
        || (!lengths.isEmpty() && !encodings.isEmpty())
        || nominated.stream().anyMatch(NEVER_NOMINATED::contains)) {
      return null;
    }
    nominated.removeAll(Set.of("content-length", "te"));
    nominated.addAll(OF_THE_CONNECTION);
    nominated.addAll(Set.of("host", "connection", "transfer-encoding"));
    List<String> kept = new ArrayList<>();
    for (String[] field : fields) {
      if (field[0].equals("te")) {
        if (field[1].equalsIgnoreCase("trailers")) {
          kept.remove("te=trailers");
          kept.add("te=trailers");
        }
      } else if (!nominated.contains(field[0])) {
        kept.add(field[0] + "=" + field[1]);
      }
    }
    return kept;
  }

  private static List<String> values(List<String[]> fields, String name) {
    return fields.stream().filter(field -> field[0].equals(name)).map(field -> field[1]).toList();
  }

  private static Set<String> nominated(List<String> connections) {
    Set<String> names = new HashSet<>();
    for (String connection : connections) {
      for (String option : connection.split(",", -1)) {
        names.add(option.strip().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }
}
