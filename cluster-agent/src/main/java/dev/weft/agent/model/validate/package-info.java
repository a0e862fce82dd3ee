/**
 * From documents that people write (JSON or YAML) to the model: every problem at once, each with
 * the path of its field. Pure, used by the API at each write and by replication when it reads
 * resources back.
 */
@NullMarked
package dev.weft.agent.model.validate;

import org.jspecify.annotations.NullMarked;
