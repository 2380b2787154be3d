package io.muster.server.transport;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says why connections were refused: one line per address, limit and minute, however many were refused. Any thread. */
public final class RefusalLog {
    private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);
    private static final int MAX_REMEMBERED = 4_000;

    private final Cache<Crossed, Boolean> mentioned = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(Duration.ofMinutes(1))
            .executor(Runnable::run)
            .build();

    private record Crossed(String address, String limit) {}

    public void log(String address, Refusal refusal) {
        if (isFirst(address, refusal)) {
            log.info(
                    "refused remote={} reason=\"{}\" (further ones of this kind from there are not mentioned for a minute)",
                    address,
                    refusal.reason());
        } else {
            log.debug("refused remote={} reason=\"{}\"", address, refusal.reason());
        }
    }

    /** Whether nobody from there has crossed that limit for a minute. */
    boolean isFirst(String address, Refusal refusal) {
        return mentioned.asMap().putIfAbsent(new Crossed(address, refusal.limit()), Boolean.TRUE) == null;
    }
}
