package io.muster.protocol;

/**
 * A notification's body.
 *
 * @param type an {@link EventType}'s code
 * @param state {@link #SYNC_CONNECTED}, whatever happened
 * @param path without any chroot
 */
public record WatcherEvent(int type, int state, String path) {
    /** The only state that servers send. */
    public static final int SYNC_CONNECTED = 3;

    public static WatcherEvent of(EventType type, String path) {
        return new WatcherEvent(type.code(), SYNC_CONNECTED, path);
    }

    public static WatcherEvent read(JuteReader in) {
        return new WatcherEvent(in.readInt("type"), in.readInt("state"), in.readString("path"));
    }

    public void write(JuteWriter out) {
        out.writeInt(type).writeInt(state).writeString(path);
    }
}
