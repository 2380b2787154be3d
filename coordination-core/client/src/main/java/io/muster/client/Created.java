package io.muster.client;

import io.muster.protocol.Stat;

/**
 * A znode that was created.
 *
 * @param path with its sequence number, if the mode is sequential
 * @param stat its {@code czxid} is a fencing token; its {@code ephemeralOwner} is the session that it belongs to
 */
public record Created(String path, Stat stat) {}
