package io.muster.server.transport;

/**
 * Why a client does not get what it wants.
 *
 * @param limit what was crossed, the same for all who cross it: the setting's name, if there is one
 * @param reason this case of it, with its numbers, in words
 */
record Refusal(String limit, String reason) {}
