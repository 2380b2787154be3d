package io.muster.protocol;

/** Request numbers with a meaning of their own. All others are the client's, which starts at 1. */
public final class Xids {
    public static final int NOTIFICATION = -1;
    public static final int PING = -2;
    public static final int AUTH = -4;
    public static final int SET_WATCHES = -8;

    private Xids() {}
}
