package io.muster.recipes.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.client.MusterClient;
import io.muster.client.Op;
import io.muster.recipes.lock.DistributedLock;
import io.muster.recipes.lock.LockLease;
import java.time.Duration;

/** Takes a lock and writes under it; the README shows this. */
final class LockExample {
    private LockExample() {}

    static void run(String connectString) throws InterruptedException {
        try (MusterClient client = MusterClient.connect(connectString)) {
            DistributedLock lock = DistributedLock.on(client, "/locks/billing");
            try (LockLease lease = lock.acquire(Duration.ofSeconds(10))) {
                // Applied only if the lock is still held: the server checks it in the same step.
                lease.guard(Op.set("/balance", "42".getBytes(UTF_8)));
                // A store elsewhere gets the token, and refuses smaller ones.
                System.out.println("held with token " + lease.token() + " for " + lease.remaining() + " at least");
            }
        }
    }
}
