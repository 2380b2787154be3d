package io.muster.protocol;

/** One identity of a connection, as {@code whoAmI} tells it. */
public record ClientInfo(String scheme, String user) {
    static final int MIN_BYTES = 8;

    public static ClientInfo read(JuteReader in) {
        return new ClientInfo(in.readString("authScheme"), in.readString("user"));
    }

    public void write(JuteWriter out) {
        out.writeString(scheme).writeString(user);
    }
}
