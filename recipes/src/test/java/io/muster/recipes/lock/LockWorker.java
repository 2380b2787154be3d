package io.muster.recipes.lock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.client.MultiFailedException;
import io.muster.client.MusterClient;
import io.muster.client.Op;
import io.muster.protocol.ErrorCode;
import io.muster.recipes.lease.LeaseLostException;
import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;

/**
 * A process that takes a lock again and again, and while it holds it reads a number and writes the next one into a journal.
 * The write goes through only while the lock's znode exists, so that a holder that was too slow does no harm; that a number
 * is in the journal already means that two held the lock at the same time.
 *
 * <p>Arguments: {@code curator} or {@code muster}, a connect string, a root path, the last number, and the number from which
 * on it says that it hangs and never lets go. Ends with 0 when the last number is reached, with {@link #OVERLAP} when two
 * held.
 */
final class LockWorker {
    static final int OVERLAP = 3;
    static final int SESSION_TIMEOUT_MS = 3_000;

    private LockWorker() {}

    public static void main(String[] args) throws Exception {
        String root = args[2];
        int last = Integer.parseInt(args[3]);
        int hangFrom = Integer.parseInt(args[4]);
        byte[] who = (args[0] + " " + ProcessHandle.current().pid()).getBytes(UTF_8);
        try {
            if (args[0].equals("curator")) {
                workWithCurator(args[1], root, last, hangFrom, who);
            } else {
                workWithMuster(args[1], root, last, hangFrom, who);
            }
        } catch (Throwable e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    static String lockPath(String root) {
        return root + "/lock";
    }

    static String journalPath(String root) {
        return root + "/journal";
    }

    static String numberPath(String root) {
        return root + "/number";
    }

    static String hangingPath(String root) {
        return root + "/hanging";
    }

    private static String entry(String root, int number) {
        return journalPath(root) + "/" + String.format("%06d", number);
    }

    private static int parse(byte[] data) {
        return Integer.parseInt(new String(data, UTF_8));
    }

    private static void overlap(int number) {
        System.out.println("number " + number + " is written already: two hold the lock");
        System.exit(OVERLAP);
    }

    private static void workWithMuster(String connectString, String root, int last, int hangFrom, byte[] who)
            throws Exception {
        try (MusterClient client = MusterClient.builder()
                .connectString(connectString)
                .sessionTimeout(Duration.ofMillis(SESSION_TIMEOUT_MS))
                .connect()) {
            DistributedLock lock = DistributedLock.on(client, lockPath(root));
            while (true) {
                try (LockLease lease = lock.acquire(Duration.ofSeconds(60))) {
                    int number = parse(client.get(numberPath(root)).data()) + 1;
                    if (number > last) {
                        return;
                    }
                    lease.guard(
                            Op.create(entry(root, number), who),
                            Op.set(numberPath(root), String.valueOf(number).getBytes(UTF_8)));
                    if (number >= hangFrom) {
                        client.create(hangingPath(root) + "/" + number, who);
                        Thread.currentThread().join();
                    }
                } catch (LeaseLostException e) {
                    System.out.println("was too slow: " + e.getMessage());
                } catch (MultiFailedException e) {
                    if (e.code() != ErrorCode.NODE_EXISTS) {
                        throw e;
                    }
                    overlap(e.failedIndex());
                }
            }
        }
    }

    /** Its lock's path is protected; to make the same check on the server we need it. */
    private static final class Mutex extends InterProcessMutex {
        Mutex(CuratorFramework client, String path) {
            super(client, path);
        }

        String nodePath() {
            return getLockPath();
        }
    }

    private static void workWithCurator(String connectString, String root, int last, int hangFrom, byte[] who)
            throws Exception {
        try (CuratorFramework client =
                CuratorFrameworkFactory.newClient(connectString, SESSION_TIMEOUT_MS, 15_000, new RetryOneTime(100))) {
            client.start();
            Mutex mutex = new Mutex(client, lockPath(root));
            while (true) {
                mutex.acquire();
                try {
                    int number = parse(client.getData().forPath(numberPath(root))) + 1;
                    if (number > last) {
                        return;
                    }
                    client.transaction()
                            .forOperations(
                                    client.transactionOp().check().forPath(mutex.nodePath()),
                                    client.transactionOp().create().forPath(entry(root, number), who),
                                    client.transactionOp()
                                            .setData()
                                            .forPath(
                                                    numberPath(root),
                                                    String.valueOf(number).getBytes(UTF_8)));
                    if (number >= hangFrom) {
                        client.create().forPath(hangingPath(root) + "/" + number, who);
                        Thread.currentThread().join();
                    }
                } catch (KeeperException.NoNodeException e) {
                    System.out.println("was too slow: " + e.getMessage());
                } catch (KeeperException.NodeExistsException e) {
                    overlap(-1);
                } finally {
                    mutex.release();
                }
            }
        }
    }
}
