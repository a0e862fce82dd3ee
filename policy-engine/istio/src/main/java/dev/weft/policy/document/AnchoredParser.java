package dev.weft.policy.document;

import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactoryBuilder;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.events.NodeEvent;

/** A parser that tells the anchors ({@code &name}) of texts and numbers, too. Not thread-safe. */
final class AnchoredParser extends YAMLParser {

  private AnchoredParser(
      IOContext context, int features, int yaml, LoaderOptions options, Reader in) {
    super(context, features, yaml, options, null, in);
  }

  /** Of the value that begins with the current token; {@code null}: it has none. */
  @Nullable String anchor() {
    return _lastEvent instanceof NodeEvent event ? event.getAnchor() : null;
  }

  /** Makes such parsers. Thread-safe. */
  static final class Factory extends YAMLFactory {
    private static final long serialVersionUID = 1;

    Factory(YAMLFactoryBuilder settings) {
      super(settings);
    }

    /** Of a UTF-8 text. */
    AnchoredParser of(byte[] text) throws IOException {
      IOContext context = _createContext(_createContentReference(text), true);
      return new AnchoredParser(
          context,
          _parserFeatures,
          _yamlParserFeatures,
          _loaderOptions,
          _createReader(text, 0, text.length, null, context));
    }
  }
}
