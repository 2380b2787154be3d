package io.muster.client.session;

import io.muster.protocol.Request;
import io.muster.protocol.Response;
import io.muster.protocol.Xids;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who the client says that it is: told to the server on every connection, before anything else. */
final class Identities {
    /** An identity, and the call that wants to know whether it was accepted. */
    private static final class Identity {
        final Request.Auth auth;

        @Nullable
        Call call;

        Identity(Request.Auth auth, @Nullable Call call) {
            this.auth = auth;
            this.call = call;
        }
    }

    private final Step step;
    private final Line line;
    private final List<Identity> all = new ArrayList<>();
    /** Those whose answer is outstanding on this connection. */
    private final ArrayDeque<Identity> sent = new ArrayDeque<>();

    Identities(Step step, Line line, List<Request.Auth> auths) {
        this.step = step;
        this.line = line;
        auths.forEach(auth -> all.add(new Identity(auth, null)));
    }

    /** @param sendNow whether there is a connection */
    void add(Request.Auth auth, Call call, boolean sendNow) {
        Identity identity = new Identity(auth, call);
        // An older equal one goes: it need not be sent twice. If somebody waits for it still, it stays.
        all.removeIf(each -> each.call == null
                && each.auth.scheme().equals(auth.scheme())
                && Arrays.equals(each.auth.auth(), auth.auth()));
        all.add(identity);
        if (sendNow) {
            send(identity);
        }
    }

    void sendAll() {
        all.forEach(this::send);
    }

    private void send(Identity identity) {
        sent.add(identity);
        line.sendApart(Xids.AUTH, identity.auth);
    }

    void connectionGone() {
        sent.clear();
    }

    boolean isAnswerDue() {
        return !sent.isEmpty();
    }

    /** An answer came that was due. Returns the identity if it was refused, else null. */
    Request.@Nullable Auth answered(int err) {
        Identity identity = sent.remove();
        Call call = identity.call;
        identity.call = null;
        if (err == 0) {
            if (call != null) {
                line.answered(call, 0, Response.EMPTY);
            }
            return null;
        }
        if (call != null) {
            line.finish(call, Failure.AUTH_FAILED, false);
        }
        return identity.auth;
    }

    /** Fails the calls that are out of time; their identities stay. Returns the earliest deadline of the others. */
    long failOutOfTime() {
        long earliest = Session.NEVER;
        for (Identity identity : all) {
            Call call = identity.call;
            if (call != null && step.nowNanos() >= call.deadlineNanos()) {
                identity.call = null;
                line.finish(call, Failure.TIMED_OUT, true);
            } else if (call != null) {
                earliest = Math.min(earliest, call.deadlineNanos());
            }
        }
        return earliest;
    }

    void failAll(Failure why) {
        for (Identity identity : all) {
            Call call = identity.call;
            if (call != null) {
                identity.call = null;
                line.finish(call, why, false);
            }
        }
    }
}
