package dev.weft.agent.model.validate;

import dev.weft.agent.model.ExternalService.Name;
import dev.weft.agent.model.ExternalService.OwnCertificate;
import dev.weft.agent.model.ExternalService.Tls;
import dev.weft.policy.document.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code tls} of an {@code ExternalService}. Whoever wants plaintext has to say so. */
final class ExternalTlsReader {
  private static final Set<String> KNOWN =
      Set.of(
          "mode", "sni", "subjectAltNames", "caFile", "certificateFile", "keyFile", "minVersion");

  private static final int MOST_NAMES = 64;
  private static final Pattern URI =
      Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:[\\x21-\\x7e]{1,1024}");
  private static final Pattern FILE = Pattern.compile("/[^\\x00-\\x1f\\x7f]{1,1023}");

  private enum Mode {
    DISABLE,
    SIMPLE,
    MUTUAL
  }

  private final Fields tls;

  private ExternalTlsReader(Fields tls) {
    this.tls = tls;
  }

  /**
   * Reads it.
   *
   * @param known the name or address by which the server is known unless it says another one
   * @return empty: plaintext, or a problem
   */
  static Optional<Tls> read(Fields spec, String known) {
    if (!spec.has("tls")) {
      spec.problem("tls", "required");
      return Optional.empty();
    }
    return new ExternalTlsReader(spec.object("tls", KNOWN)).read(known);
  }

  private Optional<Tls> read(String known) {
    Mode mode = mode();
    if (mode == null) {
      return Optional.empty();
    }
    if (mode == Mode.DISABLE) {
      KNOWN.stream()
          .filter(field -> !field.equals("mode") && tls.has(field))
          .sorted()
          .forEach(field -> tls.problem(field, "belongs to SIMPLE and MUTUAL"));
      return Optional.empty();
    }
    boolean literal = HostText.literal(known).isPresent();
    String sni = sni().orElse(literal ? "" : known);
    List<Name> names = names();
    if (names.isEmpty() && !known.isEmpty()) {
      names.add(sni.isEmpty() ? new Name(Name.Type.IP_ADDRESS, known) : dns(sni));
    }
    Optional<String> ca = file("caFile");
    Optional<OwnCertificate> own = own(mode);
    boolean legacy = legacy();
    return ca.isEmpty() || names.isEmpty()
        ? Optional.empty()
        : Optional.of(new Tls(sni, names, ca.get(), own, legacy));
  }

  private @Nullable Mode mode() {
    Optional<String> text = tls.requiredText("mode");
    for (Mode mode : Mode.values()) {
      if (text.filter(mode.name()::equals).isPresent()) {
        return mode;
      }
    }
    text.ifPresent(
        found -> tls.problem("mode", HostText.expected("DISABLE, SIMPLE or MUTUAL", found)));
    return null;
  }

  private Optional<String> sni() {
    Optional<String> text = tls.text("sni");
    text.filter(found -> !HostText.isName(found))
        .ifPresent(
            found -> tls.problem("sni", HostText.expected("a DNS name in lower case", found)));
    return text;
  }

  private static Name dns(String name) {
    return new Name(Name.Type.DNS, name);
  }

  private List<Name> names() {
    List<String> texts = tls.texts("subjectAltNames");
    if (tls.has("subjectAltNames") && (texts.isEmpty() || texts.size() > MOST_NAMES)) {
      tls.problem("subjectAltNames", "expected 1 to " + MOST_NAMES + ", found " + texts.size());
    }
    List<Name> names = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      Optional<String> literal = HostText.literal(text);
      if (literal.isPresent()) {
        names.add(new Name(Name.Type.IP_ADDRESS, literal.get()));
      } else if (HostText.isName(text)) {
        names.add(dns(text));
      } else if (URI.matcher(text).matches()) {
        names.add(new Name(Name.Type.URI, text));
      } else {
        tls.problem(
            "subjectAltNames[" + i + "]",
            HostText.expected("a DNS name in lower case, a URI or an IP address, exact", text));
      }
    }
    return names;
  }

  private Optional<OwnCertificate> own(Mode mode) {
    if (mode != Mode.MUTUAL) {
      for (String field : List.of("certificateFile", "keyFile")) {
        if (tls.has(field)) {
          tls.problem(field, "belongs to MUTUAL");
        }
      }
      return Optional.empty();
    }
    Optional<String> certificate = file("certificateFile");
    Optional<String> key = file("keyFile");
    return certificate.flatMap(one -> key.map(other -> new OwnCertificate(one, other)));
  }

  private Optional<String> file(String field) {
    Optional<String> text = tls.requiredText(field);
    Optional<String> file = text.filter(found -> FILE.matcher(found).matches());
    if (text.isPresent() && file.isEmpty()) {
      // What stands there may be a secret.
      tls.problem(field, "expected an absolute path of a file on the sidecar's host");
    }
    return file;
  }

  private boolean legacy() {
    String version = tls.text("minVersion").orElse("TLSV1_3");
    if (!version.equals("TLSV1_3") && !version.equals("TLSV1_2")) {
      tls.problem("minVersion", HostText.expected("TLSV1_3 or TLSV1_2", version));
    }
    return version.equals("TLSV1_2");
  }
}
