package io.muster.replica.state;

/**
 * What a transaction did to one znode, as those who watch need to know it.
 *
 * @param acl of the znode itself: who may be told of it
 * @param parentAcl of its parent: who may be told that the list of children changed; for {@link Kind#DATA_CHANGED}, the
 *     znode's own
 */
public record Change(Kind kind, String path, AclList acl, AclList parentAcl) {
    /** What happened. */
    public enum Kind {
        CREATED,
        DELETED,
        DATA_CHANGED
    }
}
