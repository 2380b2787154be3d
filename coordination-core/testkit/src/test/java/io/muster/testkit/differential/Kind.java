package io.muster.testkit.differential;

import static io.muster.testkit.differential.Field.ACL;
import static io.muster.testkit.differential.Field.BOOL;
import static io.muster.testkit.differential.Field.BYTES;
import static io.muster.testkit.differential.Field.DATA;
import static io.muster.testkit.differential.Field.INT;
import static io.muster.testkit.differential.Field.LONG;
import static io.muster.testkit.differential.Field.OPS;
import static io.muster.testkit.differential.Field.PATH;
import static io.muster.testkit.differential.Field.PATHS;
import static io.muster.testkit.differential.Field.TEXT;
import static io.muster.testkit.differential.Field.ZXID;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a step of a script can do: each operation of the protocol, and what a client does without one. */
enum Kind {
    CREATE("create", 1, List.of(PATH, DATA, ACL, INT), Shape.TEXT),
    CREATE2("create2", 15, List.of(PATH, DATA, ACL, INT), Shape.TEXT, Shape.STAT),
    CREATE_CONTAINER("createContainer", 19, List.of(PATH, DATA, ACL, INT), Shape.TEXT, Shape.STAT),
    CREATE_TTL("createTTL", 21, List.of(PATH, DATA, ACL, INT, LONG), Shape.TEXT, Shape.STAT),
    DELETE("delete", 2, List.of(PATH, INT)),
    EXISTS("exists", 3, List.of(PATH, BOOL), Shape.STAT),
    GET_DATA("getData", 4, List.of(PATH, BOOL), Shape.DATA, Shape.STAT),
    SET_DATA("setData", 5, List.of(PATH, DATA, INT), Shape.STAT),
    GET_ACL("getACL", 6, List.of(PATH), Shape.ACL, Shape.STAT),
    SET_ACL("setACL", 7, List.of(PATH, ACL, INT), Shape.STAT),
    GET_CHILDREN("getChildren", 8, List.of(PATH, BOOL), Shape.SET),
    GET_CHILDREN2("getChildren2", 12, List.of(PATH, BOOL), Shape.SET, Shape.STAT),
    GET_ALL_CHILDREN_NUMBER("getAllChildrenNumber", 104, List.of(PATH), Shape.INT),
    GET_EPHEMERALS("getEphemerals", 103, List.of(PATH), Shape.SET),
    SYNC("sync", 9, List.of(PATH), Shape.TEXT),
    PING("ping", 11, List.of()),
    CHECK("check", 13, List.of(PATH, INT)),
    MULTI("multi", 14, List.of(OPS), Shape.RESULTS),
    MULTI_READ("multiRead", 22, List.of(OPS), Shape.RESULTS),
    RECONFIG("reconfig", 16, List.of(TEXT, TEXT, TEXT, LONG), Shape.DATA, Shape.STAT),
    ADD_WATCH("addWatch", 106, List.of(PATH, INT), Shape.INT),
    REMOVE_WATCHES("removeWatches", 18, List.of(PATH, INT)),
    CHECK_WATCHES("checkWatches", 17, List.of(PATH, INT)),
    SET_WATCHES("setWatches", 101, List.of(ZXID, PATHS, PATHS, PATHS)),
    SET_WATCHES2("setWatches2", 105, List.of(ZXID, PATHS, PATHS, PATHS, PATHS, PATHS)),
    AUTH("auth", 100, List.of(INT, TEXT, DATA)),
    SASL("sasl", 102, List.of(DATA), Shape.DATA),
    WHO_AM_I("whoAmI", 107, List.of(), Shape.IDENTITIES),
    CLOSE_SESSION("closeSession", -11, List.of()),
    /** Any number as an operation, with any bytes behind it. */
    OPCODE("opcode", 0, List.of(INT, BYTES)),
    /** A new session, with the timeout to ask for in milliseconds. */
    CONNECT("connect", 0, List.of(INT)),
    /** A new connection for the session, instead of the one it may have: right, wrong-password, or ahead of the server. */
    ATTACH("attach", 0, List.of(TEXT)),
    /** The connection is closed, the session lives. */
    DROP("drop", 0, List.of()),
    /** The session is left alone until the server ends it. */
    EXPIRE("expire", 0, List.of());

    private static final Map<String, Kind> BY_WORD = new HashMap<>();
    private static final Map<Integer, Kind> BY_CODE = new HashMap<>();

    static {
        for (Kind kind : values()) {
            BY_WORD.put(kind.word, kind);
            if (kind.isRequest() && kind != OPCODE) {
                BY_CODE.put(kind.code, kind);
            }
        }
    }

    final String word;
    final int code;
    final List<Field> fields;
    /** Of the reply when it has no error. */
    final List<Shape> reply;

    Kind(String word, int code, List<Field> fields, Shape... reply) {
        this.word = word;
        this.code = code;
        this.fields = fields;
        this.reply = List.of(reply);
    }

    boolean isRequest() {
        return ordinal() < CONNECT.ordinal();
    }

    /** After these a server may close the connection, so nothing is sent behind them before it is known. */
    boolean mayClose() {
        return this == AUTH || this == SASL || this == CHECK || this == CLOSE_SESSION || this == OPCODE;
    }

    static Kind of(String word) {
        Kind kind = BY_WORD.get(word);
        if (kind == null) {
            throw new IllegalArgumentException("there is no operation " + word);
        }
        return kind;
    }

    static @Nullable Kind of(int code) {
        return BY_CODE.get(code);
    }
}
