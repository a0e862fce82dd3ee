package dev.weft.policy.istio.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Fields;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.istio.decide.Question;
import dev.weft.policy.istio.decide.Question.Header;
import dev.weft.policy.istio.decide.Question.Token;
import dev.weft.policy.match.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a request that nobody sent. Every problem names its field. */
public final class QuestionReader {
  /** The fields of an object that asks. */
  public static final Set<String> FIELDS =
      Set.of("request", "identity", "token", "signedBy", "answers");

  private static final Set<String> REQUEST =
      Set.of("method", "path", "host", "headers", "from", "serverName");

  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e\\x80-\\xff\\t]{0,8192}");
  private static final Pattern PATH = Pattern.compile("(/[\\x21-\\x7e]{0,8191})|\\*");
  private static final IpAddress LOOPBACK = new IpAddress(false, 0x7f000001L << 32, 0);
  private static final int MOST_HEADERS = 100;

  private QuestionReader() {}

  /**
   * Reads one; it counts only where no problem was added.
   *
   * @param identity where none is given
   * @param host where none is given
   */
  public static Question read(Fields fields, String identity, String host) {
    Fields request = fields.object("request", REQUEST);
    String method = request.text("method").orElse("GET");
    String path = request.text("path").orElse("/");
    String asked = request.text("host").orElse(host);
    String serverName = request.text("serverName").orElse("");
    check(request, "method", NAME, method, "a method");
    check(request, "path", PATH, path, "a path that begins with / and has no spaces");
    check(request, "host", VALUE, asked, "printable characters");
    check(request, "serverName", VALUE, serverName, "printable characters");
    return new Question(
        identity(fields, identity),
        from(request),
        serverName,
        method,
        asked,
        path,
        headers(request),
        token(fields),
        answers(fields));
  }

  private static void check(
      Fields fields, String name, Pattern form, String text, String expected) {
    if (!form.matcher(text).matches()) {
      fields.problem(name, "expected " + expected + ", found \"" + Fields.brief(text) + "\"");
    }
  }

  private static String identity(Fields fields, String usual) {
    String identity = fields.text("identity").orElse(usual);
    if (!identity.isEmpty()) {
      try {
        SpiffeId.parse(identity);
      } catch (IllegalArgumentException e) {
        fields.problem("identity", String.valueOf(e.getMessage()));
      }
    }
    return identity;
  }

  private static IpAddress from(Fields request) {
    String text = request.text("from").orElse("");
    IpAddress address = text.isEmpty() ? LOOPBACK : IpAddress.parse(text);
    if (address == null) {
      request.problem("from", "expected an IP address, found \"" + Fields.brief(text) + "\"");
      return LOOPBACK;
    }
    return address;
  }

  private static List<Header> headers(Fields request) {
    List<Header> headers = new ArrayList<>();
    Map<String, String> written = request.textMap("headers");
    if (written.size() > MOST_HEADERS) {
      request.problem("headers", "expected at most " + MOST_HEADERS);
      return headers;
    }
    written.forEach((name, value) -> {
      String at = "headers[\"" + Fields.brief(name) + "\"]";
      check(request, at, NAME, name, "a header's name");
      if (!VALUE.matcher(value).matches()) {
        request.problem(at, "expected a header's value");
      }
      headers.add(new Header(name.toLowerCase(Locale.ROOT), value));
    });
    return headers;
  }

  private static @Nullable Token token(Fields fields) {
    String by = fields.text("signedBy").orElse("issuer");
    if (!by.equals("issuer") && !by.equals("stranger")) {
      fields.problem("signedBy", "expected issuer or stranger, found \"" + Fields.brief(by) + "\"");
    }
    if (!fields.has("token")) {
      return null;
    }
    JsonNode token = fields.node("token");
    if (token.isObject()) {
      return new Token.Claims(token.toString(), by.equals("issuer"));
    }
    if (!token.isTextual()) {
      fields.problem("token", "expected claims or a token");
    } else if (fields.has("signedBy")) {
      fields.problem("signedBy", "belongs to claims; a token has a signature of its own");
    }
    return new Token.Text(token.asText());
  }

  private static Map<String, Boolean> answers(Fields fields) {
    Map<String, Boolean> answers = new HashMap<>();
    fields
        .textMap("answers")
        .forEach((provider, answer) -> {
          if (!answer.equals("allow") && !answer.equals("deny")) {
            fields.problem(
                "answers[\"" + Fields.brief(provider) + "\"]",
                "expected allow or deny, found \"" + Fields.brief(answer) + "\"");
          }
          answers.put(provider, answer.equals("allow"));
        });
    return answers;
  }
}
