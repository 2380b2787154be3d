package io.muster.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what clients cause and operators should know: one line per topic and minute. Any thread. */
final class Warnings {
    private static final Logger log = LoggerFactory.getLogger(Warnings.class);
    private static final int MAX_TOPICS = 1_000;

    private final Cache<String, Boolean> mentioned = Caffeine.newBuilder()
            .maximumSize(MAX_TOPICS)
            .expireAfterWrite(Duration.ofMinutes(1))
            .executor(Runnable::run)
            .build();

    void log(String topic, String message) {
        if (mentioned.asMap().putIfAbsent(topic, Boolean.TRUE) == null) {
            log.warn("{} (not said again for a minute)", message);
        } else {
            log.debug("{}", message);
        }
    }
}
