package dev.weft.policy.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one document. Strict: a key given twice or anything after the document is malformed;
 * nesting, names and numbers are bounded. Pure.
 */
public sealed interface Document {

  /** How a document is written. Every JSON document is YAML too, but JSON is read more strictly. */
  enum Format {
    JSON,
    YAML
  }

  /** A tree; anything may be in it. */
  record Parsed(JsonNode tree) implements Document {}

  /**
   * No document.
   *
   * @param line from 1; 0: not known
   * @param column from 1; 0: not known
   */
  record Malformed(String message, int line, int column) implements Document {
    /** Where, for people; empty: not known. */
    public String place() {
      return line > 0 ? "line " + line + ", column " + column : "";
    }

    /** What is wrong, and where. */
    public String text() {
      return line > 0 ? place() + ": " + message : message;
    }
  }

  /** Reads UTF-8 text. Of YAML, empty documents before it and behind it are left out. */
  static Document parse(byte[] text, Format format) {
    return switch (format) {
      case JSON -> json(text);
      case YAML -> {
        List<Document> all = parseAll(text, 1);
        yield all.isEmpty() ? new Malformed("an empty document", 0, 0) : all.getLast();
      }
    };
  }

  private static Document json(byte[] text) {
    try {
      JsonNode tree = Mappers.JSON.readTree(text);
      return tree == null || tree.isMissingNode()
          ? new Malformed("an empty document", 0, 0)
          : new Parsed(tree);
    } catch (IOException e) {
      return DocumentFault.of(e);
    }
  }

  /**
   * Reads a stream of YAML documents; those that are empty are left out. What follows a malformed
   * one is not read.
   *
   * @param most behind these is one that is malformed, where there are more
   */
  static List<Document> parseAll(byte[] text, int most) {
    List<Document> all = new ArrayList<>();
    try (AnchoredParser parser = Mappers.YAML.of(text)) {
      YamlDocuments documents = new YamlDocuments(parser, Mappers.DEEPEST);
      JsonNode tree = documents.next();
      while (tree != null && all.size() < most) {
        all.add(new Parsed(tree));
        tree = documents.next();
      }
      if (tree != null) {
        String more = most == 1 ? "more than one document" : "more than " + most + " documents";
        all.add(new Malformed(more, 0, 0));
      }
    } catch (IOException e) {
      all.add(DocumentFault.of(e));
    }
    return all;
  }

  /** Made once; thread-safe. */
  final class Mappers {
    private static final int DEEPEST = 32;

    private static final StreamReadConstraints BOUNDS =
        StreamReadConstraints.builder()
            .maxNestingDepth(DEEPEST)
            .maxNumberLength(64)
            .maxNameLength(512)
            .maxStringLength(64 * 1024)
            .build();

    private static final ObjectMapper JSON =
        JsonMapper.builder(JsonFactory.builder().streamReadConstraints(BOUNDS).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final AnchoredParser.Factory YAML =
        new AnchoredParser.Factory(
            YAMLFactory.builder()
                .streamReadConstraints(BOUNDS)
                .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION));

    private Mappers() {}
  }
}
