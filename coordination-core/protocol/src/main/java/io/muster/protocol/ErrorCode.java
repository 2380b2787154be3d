package io.muster.protocol;

/** The protocol's error codes. Only numbers of this table may be sent: clients fail to decode any other. */
public enum ErrorCode {
    OK(0),
    SYSTEM_ERROR(-1),
    /** In a failed multi: an operation after the one that failed. */
    RUNTIME_INCONSISTENCY(-2),
    DATA_INCONSISTENCY(-3),
    /** Of the client alone; never on the wire. */
    CONNECTION_LOSS(-4),
    MARSHALLING_ERROR(-5),
    UNIMPLEMENTED(-6),
    /** Of the client alone; never on the wire. */
    OPERATION_TIMEOUT(-7),
    BAD_ARGUMENTS(-8),
    UNKNOWN_SESSION(-12),
    NEW_CONFIG_NO_QUORUM(-13),
    RECONFIG_IN_PROGRESS(-14),
    API_ERROR(-100),
    NO_NODE(-101),
    NO_AUTH(-102),
    BAD_VERSION(-103),
    NO_CHILDREN_FOR_EPHEMERALS(-108),
    NODE_EXISTS(-110),
    NOT_EMPTY(-111),
    SESSION_EXPIRED(-112),
    INVALID_CALLBACK(-113),
    INVALID_ACL(-114),
    AUTH_FAILED(-115),
    SESSION_MOVED(-118),
    NOT_READ_ONLY(-119),
    EPHEMERAL_ON_LOCAL_SESSION(-120),
    NO_WATCHER(-121),
    /** Of the client alone; never on the wire. */
    REQUEST_TIMEOUT(-122),
    RECONFIG_DISABLED(-123),
    SESSION_CLOSED_REQUIRE_SASL_AUTH(-124),
    QUOTA_EXCEEDED(-125),
    THROTTLED_OP(-127);

    private static final ErrorCode[] BY_CODE = new ErrorCode[128];

    static {
        for (ErrorCode error : values()) {
            BY_CODE[-error.code] = error;
        }
    }

    private final int code;

    ErrorCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** The error of a code; a number that the protocol does not know reads as {@link #SYSTEM_ERROR}. */
    public static ErrorCode of(int code) {
        if (code <= 0 && code > -BY_CODE.length) {
            ErrorCode error = BY_CODE[-code];
            if (error != null) {
                return error;
            }
        }
        return SYSTEM_ERROR;
    }
}
