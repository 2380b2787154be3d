package io.muster.client.session;

/** Comes with the next commits. */
public final class Session {}
