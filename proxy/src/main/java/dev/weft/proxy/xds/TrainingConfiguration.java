package dev.weft.proxy.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.weft.policy.xds.Problem;
import dev.weft.proxy.bootstrap.DataDirectory;
import dev.weft.proxy.xds.parse.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Configuration for the run that an AOT cache is made from: a sidecar that calls itself over mutual
 * TLS. Written as if it had been accepted from an agent earlier, so that what starts is what always
 * starts.
 */
public final class TrainingConfiguration {
  private TrainingConfiguration() {}

  /**
   * Writes it.
   *
   * @param owner the node's identity
   * @param values of the placeholders: {@code TRUST_DOMAIN}, {@code ROOTS} (PEM), {@code IDENTITY},
   *     {@code APPLICATION}, {@code INBOUND} and {@code OUTBOUND} (ports)
   */
  public static void write(DataDirectory directory, String owner, Map<String, String> values)
      throws IOException {
    String text;
    try (InputStream in = TrainingConfiguration.class.getResourceAsStream("training.json")) {
      if (in == null) {
        throw new IOException("training.json is not in the program");
      }
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace("$" + value.getKey(), value.getValue().replace("\n", "\\n"));
    }
    ResourceStore store = new ResourceStore();
    ListValue.Builder resources = ListValue.newBuilder();
    JsonFormat.parser().merge(text, resources);
    for (Value resource : resources.getValuesList()) {
      accept(resource, store);
    }
    new ResourceCache(directory, owner).write(ResourceCache.encode(store));
  }

  private static void accept(Value json, ResourceStore store)
      throws InvalidProtocolBufferException {
    Any.Builder any = Any.newBuilder();
    JsonFormat.parser()
        .usingTypeRegistry(ConfigDump.TYPES)
        .merge(JsonFormat.printer().print(json), any);
    ResourceType type = ResourceType.ofUrl(any.getTypeUrl()).orElseThrow();
    var fields = json.getStructValue().getFieldsMap();
    String key = type == ResourceType.ENDPOINTS ? "cluster_name" : "name";
    String name = fields.getOrDefault(key, Value.getDefaultInstance()).getStringValue();
    switch (type.parse(name, any.build())) {
      case Parsed.Accepted<Resource>(Resource resource) ->
          store.accept(
              type, name, new ResourceStore.Entry("training", any.build(), resource, false));
      case Parsed.Rejected<Resource>(List<Problem> problems) ->
          throw new IllegalStateException(type + " " + name + ": " + problems);
    }
  }
}
