/**
 * What a server is told: {@code zoo.cfg}, read as ZooKeeper reads it, and system properties, read here and nowhere else.
 *
 * <p>Main invariant: whatever is wrong is found before anything is started, and is said in one line with the file, the
 * key, the value and what is allowed. A setting that would make a server safer and is not there yet is refused, never
 * ignored. Start at {@link io.muster.server.config.ServerConfig}.
 */
@NullMarked
package io.muster.server.config;

import org.jspecify.annotations.NullMarked;
