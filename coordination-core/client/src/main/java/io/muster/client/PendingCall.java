package io.muster.client;

import io.muster.client.session.Call;
import io.muster.client.session.Failure;
import io.muster.protocol.ErrorCode;
import io.muster.protocol.Paths;
import io.muster.protocol.Request;
import io.muster.protocol.Response;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A call and the future that waits for it; completed on the loop. */
final class PendingCall<T> extends Call {
    private final String path;
    private final BiFunction<ErrorCode, Response, T> decoder;
    final CompletableFuture<T> future = new CompletableFuture<>();

    /**
     * @param path as the caller gave it, for messages
     * @param decoder makes the result; throws what the future is to fail with
     */
    PendingCall(
            String path,
            Request request,
            byte[] frame,
            long deadlineNanos,
            @Nullable WatchDelivery watch,
            BiFunction<ErrorCode, Response, T> decoder) {
        super(request, frame, deadlineNanos, watch);
        this.path = path;
        this.decoder = decoder;
    }

    void answered(int err, Response body, long sessionId) {
        ErrorCode code = ErrorCode.of(err);
        T result;
        try {
            switch (code) {
                case SESSION_EXPIRED ->
                    throw new SessionExpiredException(describe() + ": the session has expired", sessionId);
                case SESSION_CLOSED_REQUIRE_SASL_AUTH ->
                    throw new AuthFailedException(
                            describe() + ": the server asks for an authentication that was not given",
                            Outcome.NOT_APPLIED);
                default -> result = decoder.apply(code, body);
            }
        } catch (RuntimeException e) {
            future.completeExceptionally(e);
            return;
        }
        future.complete(result);
    }

    void failed(Failure failure, boolean unknown, String lastReason, long sessionId) {
        Outcome outcome = unknown ? Outcome.UNKNOWN : Outcome.NOT_APPLIED;
        String outcomeText = unknown ? "; whether it was applied is unknown" : "";
        future.completeExceptionally(
                switch (failure) {
                    case CONNECTION_LOST ->
                        new ConnectionLossException(
                                describe() + ": the connection was lost (" + lastReason + ")" + outcomeText,
                                outcome,
                                null);
                    case TIMED_OUT ->
                        new TimeoutExceededException(
                                describe() + ": no answer before the deadline" + outcomeText, outcome);
                    case SESSION_EXPIRED ->
                        new SessionExpiredException(
                                describe() + ": the session has expired (" + lastReason + ")", sessionId);
                    case AUTH_FAILED ->
                        new AuthFailedException(
                                describe() + ": the server refused the client's credentials" + outcomeText, outcome);
                    case CLOSED ->
                        new ClientClosedException(describe() + ": the client is closed" + outcomeText, outcome);
                });
    }

    void refused(RuntimeException why) {
        future.completeExceptionally(why);
    }

    String describe() {
        return request().op() + " " + Paths.printable(path);
    }
}
