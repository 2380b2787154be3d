package io.muster.server.transport;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says why connections were refused: one line per address and minute, however many were refused. Any thread. */
final class RefusalLog {
    private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);
    private static final int MAX_ADDRESSES = 1_000;

    private final Cache<String, Boolean> mentioned = Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            .expireAfterWrite(Duration.ofMinutes(1))
            .executor(Runnable::run)
            .build();

    void log(String address, String reason) {
        if (mentioned.asMap().putIfAbsent(address, Boolean.TRUE) == null) {
            log.info(
                    "refused remote={} reason=\"{}\" (further ones from there are not mentioned for a minute)",
                    address,
                    reason);
        } else {
            log.debug("refused remote={} reason=\"{}\"", address, reason);
        }
    }
}
