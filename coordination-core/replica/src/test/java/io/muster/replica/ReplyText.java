package io.muster.replica;

import io.muster.protocol.Response;
import java.nio.charset.StandardCharsets;

/** A reply's body in a test's few words. */
final class ReplyText {
    String of(Response body) {
        if (body instanceof Response.Data data) {
            String text = data.data() == null ? "null" : new String(data.data(), StandardCharsets.UTF_8);
            return text + " v" + data.stat().version();
        }
        if (body instanceof Response.Created created) {
            return "created " + created.path();
        }
        if (body instanceof Response.StatOnly stat) {
            return "v" + stat.stat().version();
        }
        if (body instanceof Response.MultiResults multi) {
            return "multi "
                    + multi.results().stream()
                            .map(each -> each.err() == 0 ? of(each.body()) : String.valueOf(each.err()))
                            .toList();
        }
        return body.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }
}
