package io.muster.replica;

import io.muster.protocol.ErrorCode;
import io.muster.protocol.Response;

/** What a request came to: an error, or a body. */
public record Answer(ErrorCode error, Response body) {
    static Answer ok(Response body) {
        return new Answer(ErrorCode.OK, body);
    }

    static Answer failed(ErrorCode error) {
        return new Answer(error, Response.EMPTY);
    }
}
