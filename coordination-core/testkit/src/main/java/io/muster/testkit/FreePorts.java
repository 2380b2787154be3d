package io.muster.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback interface that nobody listens on. They are below those that a system gives to outgoing connections, so
 * that none of these takes one before its server does.
 */
final class FreePorts {
    private static final int FROM = 10_000;
    private static final int TO = 32_000;
    private static final int MAX_ATTEMPTS = 1_000;

    private FreePorts() {}

    /** So many, each another one. */
    static List<Integer> find(int count) {
        Set<Integer> found = new LinkedHashSet<>();
        for (int i = 0; i < MAX_ATTEMPTS && found.size() < count; i++) {
            int port = ThreadLocalRandom.current().nextInt(FROM, TO);
            if (isFree(port)) {
                found.add(port);
            }
        }
        if (found.size() < count) {
            throw new IllegalStateException("there are no " + count + " free ports from " + FROM + " to " + TO);
        }
        return new ArrayList<>(found);
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
