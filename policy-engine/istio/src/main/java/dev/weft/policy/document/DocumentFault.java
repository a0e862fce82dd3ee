package dev.weft.policy.document;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.CharConversionException;
import java.io.IOException;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Says in a line what a parser found wrong with a text, and where. Pure. */
final class DocumentFault {
  private DocumentFault() {}

  static Document.Malformed of(IOException fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case MarkedYAMLException yaml -> {
          return of(yaml);
        }
        case CharConversionException notText -> {
          return new Document.Malformed("not UTF-8", 0, 0);
        }
        default -> {}
      }
    }
    String message = String.valueOf(fault.getMessage());
    if (!(fault instanceof JsonProcessingException json)) {
      return message.contains("UTF-8")
          ? new Document.Malformed("not UTF-8", 0, 0)
          : new Document.Malformed(plain(message), 0, 0);
    }
    JsonLocation at = json.getLocation();
    return new Document.Malformed(
        plain(json.getOriginalMessage()),
        at == null ? 0 : Math.max(0, at.getLineNr()),
        at == null ? 0 : Math.max(0, at.getColumnNr()));
  }

  /** What is wrong stands behind what was being read when it was met. */
  private static Document.Malformed of(MarkedYAMLException fault) {
    String problem = fault.getProblem() == null ? fault.getContext() : fault.getProblem();
    Mark at = fault.getProblemMark() == null ? fault.getContextMark() : fault.getProblemMark();
    return new Document.Malformed(
        plain(String.valueOf(problem)),
        at == null ? 0 : at.getLine() + 1,
        at == null ? 0 : at.getColumn() + 1);
  }

  /** The first line, without the library's words on itself. */
  private static String plain(String message) {
    String line = message.lines().findFirst().orElse("malformed");
    if (line.startsWith("Trailing token")) {
      return "something behind the document";
    }
    int own = line.indexOf(" (start marker at ");
    if (own >= 0) {
      return line.substring(0, own);
    }
    int constraint = line.indexOf(", from `");
    return constraint < 0 ? line : line.substring(0, constraint) + ")";
  }
}
