package dev.weft.agent.attest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.SpiffeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A denial that somebody asks for.
 *
 * @param reason at most {@link Denials#LONGEST_REASON} characters
 */
public record DenialDocument(Denial.Subject subject, String reason) {

  /** Its fields; no other is taken. */
  static final Set<String> FIELDS = Set.of("identity", "serial", "reason");

  /** Reads it. An agent cannot be denied: its cluster is taken from the peers instead. */
  public static Validated<DenialDocument> read(JsonNode document) {
    List<Problem> problems = new ArrayList<>();
    Fields fields = Fields.of(document, problems, FIELDS);
    Optional<String> identity = fields.text("identity");
    Optional<String> serial = fields.text("serial");
    String reason = fields.text("reason").orElse("");
    if (identity.isPresent() == serial.isPresent() && problems.isEmpty()) {
      fields.problem("identity", "expected either identity or serial");
    }
    if (reason.length() > Denials.LONGEST_REASON) {
      fields.problem("reason", "at most " + Denials.LONGEST_REASON + " characters");
    }
    Optional<Denial.Subject> subject =
        identity.isPresent()
            ? identity(fields, identity.get())
            : serial.flatMap(text -> serial(fields, text));
    return Validated.of(problems, () -> new DenialDocument(subject.orElseThrow(), reason));
  }

  private static Optional<Denial.Subject> identity(Fields fields, String text) {
    try {
      SpiffeId id = SpiffeId.parse(text);
      if (WellKnown.isAgent(id)) {
        fields.problem("identity", "an agent is denied by removing its cluster from the peers");
        return Optional.empty();
      }
      return Optional.of(new Denial.Identity(id));
    } catch (IllegalArgumentException e) {
      fields.problem("identity", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static Optional<Denial.Subject> serial(Fields fields, String text) {
    var number = Denials.serial(text);
    if (number.isEmpty()) {
      fields.problem("serial", "expected 1 to 40 hexadecimal digits");
    }
    return number.map(Denial.Serial::new);
  }
}
