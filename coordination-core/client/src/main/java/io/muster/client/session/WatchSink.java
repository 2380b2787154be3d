package io.muster.client.session;

/** Where the events of one registration go. The session keeps it and hands it back; what it does is others' business. */
public interface WatchSink {
    /** Whose registration this is, by identity: what {@link Input.Unwatch} names. */
    Object owner();
}
