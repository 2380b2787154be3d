package io.muster.replica.state;

import io.muster.protocol.Acl;
import io.muster.protocol.OpCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The znode in which the servers share a secret that their clients must not know. The super user can read it; nobody else
 * can, and nobody at all can change it by a request.
 *
 * <p>To ZooKeeper it is an ordinary znode with an ordinary list, which it keeps and guards too: the list names the super
 * user's scheme, and no request can make such a list on either server. So a znode with it came from a server of ours. One
 * without it was put there by a client while ZooKeeper had the data, and is replaced.
 */
public final class SecretZnode {
    public static final String PATH = "/zookeeper/muster/session-secret";
    static final String PARENT = "/zookeeper/muster";
    public static final int BYTES = 32;
    static final AclList SUPER_ONLY = new AclList(List.of(new Acl(Acl.ALL, AccessControl.SUPER_ID)));

    private SecretZnode() {}

    /** The secret, or null if there is none that can be trusted. */
    public static byte @Nullable [] read(StateView state) {
        NodeView node = state.find(PATH);
        if (node == null || !isOurs(node) || !isOurs(state.find(PARENT))) {
            return null;
        }
        byte[] data = node.data();
        return data != null && data.length == BYTES ? data : null;
    }

    private static boolean isOurs(@Nullable NodeView node) {
        return node != null && node.acl().equals(SUPER_ONLY);
    }

    /** Whether it is one of ours, which nobody changes by a request. A client's znode with the same path is the client's. */
    static boolean isReserved(String path, StateView state) {
        return (path.equals(PATH) || path.equals(PARENT)) && isOurs(state.find(path));
    }

    /**
     * What puts a secret into a state that has none, to be applied one by one. The last of them makes it a trusted one, so a
     * server that dies between two of them does no harm.
     */
    static List<Txn> toStore(StateView state, byte[] secret) {
        List<Txn> txns = new ArrayList<>();
        NodeView parent = state.find(PARENT);
        boolean parentIsNew = parent == null || isFleeting(parent, state);
        int siblings = counter(state.find("/zookeeper"));
        if (parentIsNew) {
            create(parent, PARENT, null, siblings, txns);
        } else if (parent != null && !isOurs(parent)) {
            txns.add(new Txn.SetAcl(PARENT, SUPER_ONLY, parent.znode().aversion() + 1));
        }
        NodeView node = state.find(PATH);
        if (node == null || isFleeting(node, state)) {
            create(node, PATH, secret, parentIsNew ? 0 : counter(parent), txns);
        } else {
            int version = node.znode().version() + 1;
            txns.add(new Txn.SetData(OpCode.SET_DATA.code(), PATH, secret, version));
            txns.add(new Txn.SetAcl(PATH, SUPER_ONLY, node.znode().aversion() + 1));
        }
        return txns;
    }

    /** Whether the znode would go by itself one day. */
    private static boolean isFleeting(NodeView node, StateView state) {
        return node.childCount() == 0 && state.kindOf(node.znode()) != OwnerKind.PERSISTENT;
    }

    private static int counter(@Nullable NodeView node) {
        Directory directory = node == null ? null : node.directory();
        return directory == null ? 0 : directory.childCounter;
    }

    private static void create(
            @Nullable NodeView old, String path, byte @Nullable [] data, int siblings, List<Txn> txns) {
        if (old != null) {
            txns.add(new Txn.Delete(OpCode.DELETE.code(), path));
        }
        txns.add(new Txn.Create(OpCode.CREATE.code(), path, data, SUPER_ONLY, false, siblings + 1));
    }
}
