package io.muster.client;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.Paths;
import java.util.Locale;

/**
 * The server's own answer to one operation on one znode: an error code. Those that programs react to have a class of
 * their own; all others are this class with their {@link #code()}.
 */
public sealed class NodeException extends CoordinationException
        permits NoNodeException,
                NodeExistsException,
                BadVersionException,
                NotEmptyException,
                NoAuthException,
                NoChildrenForEphemeralsException,
                InvalidAclException,
                QuotaExceededException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String path;

    NodeException(ErrorCode code, String path, String hint) {
        super(
                describe(code) + ": " + Paths.printable(path) + (hint.isEmpty() ? "" : " (" + hint + ")"),
                code == ErrorCode.SYSTEM_ERROR ? Outcome.UNKNOWN : Outcome.NOT_APPLIED,
                null);
        this.code = code;
        this.path = path;
    }

    public final ErrorCode code() {
        return code;
    }

    /** The path that the caller gave: without the client's chroot. */
    public final String path() {
        return path;
    }

    static NodeException of(ErrorCode code, String path) {
        return switch (code) {
            case NO_NODE -> new NoNodeException(path);
            case NODE_EXISTS -> new NodeExistsException(path);
            case BAD_VERSION -> new BadVersionException(path);
            case NOT_EMPTY -> new NotEmptyException(path);
            case NO_AUTH -> new NoAuthException(path);
            case NO_CHILDREN_FOR_EPHEMERALS -> new NoChildrenForEphemeralsException(path);
            case INVALID_ACL -> new InvalidAclException(path);
            case QUOTA_EXCEEDED -> new QuotaExceededException(path);
            case UNIMPLEMENTED -> new NodeException(code, path, "the server does not support this operation");
            case NOT_READ_ONLY -> new NodeException(code, path, "the server is read-only at the moment");
            case THROTTLED_OP -> new NodeException(code, path, "the server is overloaded: try again later");
            default -> new NodeException(code, path, "");
        };
    }

    private static String describe(ErrorCode code) {
        return code.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " (" + code.code() + ")";
    }
}
