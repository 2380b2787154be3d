package io.muster.replica.state;

import io.muster.protocol.OpCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of the state, decided: what is logged, replicated and applied. Versions and counters in it are those after the
 * change, so applying one twice ends in the same state.
 */
public sealed interface Txn {
    /** The code in the log; {@link io.muster.protocol.OpCode} has their names. */
    int type();

    /**
     * @param type of create or create2
     * @param parentCounter the parent's child counter after this, or -1 for "one more"
     */
    record Create(int type, String path, byte @Nullable [] data, AclList acl, boolean ephemeral, int parentCounter)
            implements Txn {}

    record CreateTtl(String path, byte @Nullable [] data, AclList acl, int parentCounter, long ttlMs) implements Txn {
        @Override
        public int type() {
            return OpCode.CREATE_TTL.code();
        }
    }

    record CreateContainer(String path, byte @Nullable [] data, AclList acl, int parentCounter) implements Txn {
        @Override
        public int type() {
            return OpCode.CREATE_CONTAINER.code();
        }
    }

    /** @param type of delete or deleteContainer */
    record Delete(int type, String path) implements Txn {}

    /**
     * @param type of setData or reconfig
     * @param version the data version after this
     */
    record SetData(int type, String path, byte @Nullable [] data, int version) implements Txn {}

    /** @param version the version of the list after this */
    record SetAcl(String path, AclList acl, int version) implements Txn {
        @Override
        public int type() {
            return OpCode.SET_ACL.code();
        }
    }

    /**
     * Changes nothing; inside a multi only.
     *
     * @param version one more than the data version that was found, as if it had changed
     */
    record Check(String path, int version) implements Txn {
        @Override
        public int type() {
            return OpCode.CHECK.code();
        }
    }

    /** All at one zxid and time; one with an {@link Error} among them changes nothing. */
    record Multi(List<Txn> txns) implements Txn {
        public Multi {
            txns = List.copyOf(txns);
        }

        @Override
        public int type() {
            return OpCode.MULTI.code();
        }

        boolean failed() {
            return txns.stream().anyMatch(Error.class::isInstance);
        }
    }

    record CreateSession(int timeoutMs) implements Txn {
        @Override
        public int type() {
            return OpCode.CREATE_SESSION.code();
        }
    }

    /**
     * The end of a session, with which all its ephemeral znodes go, be they listed or not.
     *
     * @param isListed whether there is a list; ZooKeeper before 3.6 writes none
     * @param ephemerals what goes with the session, in the order of the events that it causes
     */
    record CloseSession(boolean isListed, List<String> ephemerals) implements Txn {
        /** One without a list. It is to carry no digest either: ZooKeeper takes that for the list. */
        static final CloseSession UNLISTED = new CloseSession(false, List.of());

        public CloseSession {
            ephemerals = List.copyOf(ephemerals);
        }

        public CloseSession(List<String> ephemerals) {
            this(true, ephemerals);
        }

        @Override
        public int type() {
            return OpCode.CLOSE_SESSION.code();
        }
    }

    /** A request that failed: it changes nothing but takes a zxid. */
    record Error(int err) implements Txn {
        @Override
        public int type() {
            return OpCode.ERROR.code();
        }
    }
}
