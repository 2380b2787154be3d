package io.muster.protocol;

import java.util.List;

/**
 * One entry of a znode's access control list.
 *
 * @param perms any sum of {@link #READ}, {@link #WRITE}, {@link #CREATE}, {@link #DELETE} and {@link #ADMIN}
 * @param id whom it lets in
 */
public record Acl(int perms, Id id) {
    public static final int READ = 1;
    public static final int WRITE = 2;
    /** To create children. */
    public static final int CREATE = 4;
    /** To delete children. */
    public static final int DELETE = 8;
    /** To change the list itself. */
    public static final int ADMIN = 16;

    public static final int ALL = READ | WRITE | CREATE | DELETE | ADMIN;

    /** Everybody may do everything. */
    public static final List<Acl> OPEN = List.of(new Acl(ALL, Id.ANYONE));
    /** Everybody may read. */
    public static final List<Acl> READ_ONLY = List.of(new Acl(READ, Id.ANYONE));
    /** The creator may do everything, nobody else anything. */
    public static final List<Acl> CREATOR_ALL = List.of(new Acl(ALL, Id.CREATOR));

    private static final int MIN_BYTES = Integer.BYTES + Id.MIN_BYTES;

    public static Acl read(JuteReader in) {
        return new Acl(in.readInt("perms"), Id.read(in));
    }

    public void write(JuteWriter out) {
        out.writeInt(perms);
        id.write(out);
    }

    public static List<Acl> readList(JuteReader in) {
        return in.readVector("acl", MIN_BYTES, Acl::read);
    }

    public static void writeList(JuteWriter out, List<Acl> acl) {
        out.writeVector(acl, (w, entry) -> entry.write(w));
    }
}
