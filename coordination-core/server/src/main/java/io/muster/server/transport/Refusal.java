package io.muster.server.transport;

/**
 * Why a client, or another server, does not get what it wants.
 *
 * @param limit what was crossed, the same for all who cross it: the setting's name, if there is one
 * @param reason this case of it, with its numbers, in words
 */
public record Refusal(String limit, String reason) {}
