package io.muster.protocol;

/** Who someone is to one authentication scheme, for example {@code digest} and {@code user:hash}. */
public record Id(String scheme, String id) {
    /** Everybody. */
    public static final Id ANYONE = new Id("world", "anyone");
    /** Whoever creates the node, in every scheme in which the connection is authenticated; replaced when stored. */
    public static final Id CREATOR = new Id("auth", "");

    /** Two strings of at least four bytes each. */
    static final int MIN_BYTES = 8;

    public static Id read(JuteReader in) {
        return new Id(in.readString("scheme"), in.readString("id"));
    }

    public void write(JuteWriter out) {
        out.writeString(scheme).writeString(id);
    }

    @Override
    public String toString() {
        return scheme + ":" + id;
    }
}
