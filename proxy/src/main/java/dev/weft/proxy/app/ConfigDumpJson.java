package dev.weft.proxy.app;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.tls.Identity;
import dev.weft.proxy.tls.TlsMaterial;
import dev.weft.proxy.xds.ConfigDump;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/** {@code /config_dump}. Holds no key and no token. */
final class ConfigDumpJson {
  private ConfigDumpJson() {}

  static JsonObject of(
      Bootstrap bootstrap, Identity identity, Map<String, String> serving, ConfigDump dump) {
    JsonObject certificate = new JsonObject().put("status", identity.status());
    identity.held().ifPresent(material -> describe(material, certificate));
    JsonObject listeners = new JsonObject();
    serving.forEach(listeners::put);
    JsonArray resources = new JsonArray();
    dump.lines().forEach(line -> resources.add(describe(line)));
    return new JsonObject()
        .put(
            "node",
            new JsonObject()
                .put("id", bootstrap.node().id())
                .put("identity", bootstrap.node().identity().uri())
                .put("role", bootstrap.node().role().label()))
        .put("certificate", certificate)
        .put("serving", listeners)
        .put("xds", new JsonObject().put("stream", dump.stream()).put("snapshot", dump.version()))
        .put("resources", resources);
  }

  private static void describe(TlsMaterial material, JsonObject certificate) {
    certificate
        .put("serial", material.leaf().getSerialNumber().toString(16))
        .put("notBefore", material.leaf().getNotBefore().toInstant().toString())
        .put("notAfter", material.leaf().getNotAfter().toInstant().toString());
  }

  private static JsonObject describe(ConfigDump.Line line) {
    JsonObject json = new JsonObject().put("type", line.type()).put("name", line.name());
    if (!line.json().isEmpty()) {
      json.put("version", line.version())
          .put("inUse", line.inUse())
          .put("restored", line.restored())
          .put("resource", new JsonObject(line.json()));
    }
    if (!line.rejectedReason().isEmpty()) {
      json.put(
          "rejected",
          new JsonObject()
              .put("version", line.rejectedVersion())
              .put("reason", line.rejectedReason()));
    }
    return json;
  }
}
