package io.muster.testkit.differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes scripts: the same one for the same seed. */
final class Generator {
    private static final int FEWEST_REQUESTS = 40;
    private static final int FEWEST_SESSIONS = 3;
    private static final int SESSION_TIMEOUT_MS = 30_000;
    private static final List<Integer> ODD_XIDS = List.of(-2, -4, -8, 0, 1, -100, Integer.MAX_VALUE, Integer.MIN_VALUE);

    private final Random random;
    private final Operations operations;
    private final List<Step> steps = new ArrayList<>();
    private final int sessions;
    /**
     * ZooKeeper looks at what a subtree held when the last transaction was applied, not at what is on its way there, be it in
     * the same multi: so nothing is pipelined here and there are no multis of writes. See KeptDifferencesTest.
     */
    private final boolean aboutQuotas;

    /** As far as can be told without a server. */
    private final boolean[] connected;
    /** Paths on which each session asked for a watch, some of them gone meanwhile. */
    private final List<List<String>> watched = new ArrayList<>();

    private Generator(long seed) {
        // neighbouring seeds of this generator are no neighbours
        random = new Random(seed * 0x9E3779B97F4A7C15L + 0x2545F4914F6CDD1DL);
        operations = new Operations(random);
        sessions = FEWEST_SESSIONS + random.nextInt(3);
        aboutQuotas = random.nextInt(6) == 0;
        connected = new boolean[sessions + 1];
        for (int session = 0; session <= sessions; session++) {
            watched.add(new ArrayList<>());
        }
    }

    static Script script(long seed) {
        return new Generator(seed).generate();
    }

    private Script generate() {
        for (int session = 1; session <= sessions; session++) {
            connect(session);
        }
        for (Operation planted : operations.plants()) {
            steps.add(new Step(1 + random.nextInt(sessions), true, planted, 0, null));
        }
        if (aboutQuotas) {
            operations.plantedQuota().forEach(planted -> steps.add(Step.of(1, planted)));
        }
        int requests = FEWEST_REQUESTS + random.nextInt(30);
        int session = 1;
        while (requests > 0) {
            if (random.nextInt(10) < 4) {
                session = 1 + random.nextInt(sessions);
            }
            step(session);
            requests -= steps.get(steps.size() - 1).operation().kind().isRequest() ? 1 : 0;
        }
        return new Script(steps);
    }

    private void step(int session) {
        int choice = random.nextInt(1000);
        if (!connected[session] && choice < 600) {
            if (choice < 450) {
                attach(session, "right");
            } else {
                connect(session);
            }
        } else if (choice < 12) {
            client(session, Operation.of(Kind.DROP));
            connected[session] = false;
        } else if (choice < 26) {
            attach(session, choice < 18 ? "right" : choice < 20 ? "old-client" : choice < 22 ? "behind" : "ahead");
        } else if (choice < 28 && !connected[session]) {
            // if it is connected after all, ZooKeeper would close that: see KeptDifferencesTest
            client(session, Operation.of(Kind.DROP));
            client(session, Operation.of(Kind.ATTACH, "wrong-password"));
        } else if (choice < 29 && random.nextInt(4) == 0) {
            client(session, Operation.of(Kind.EXPIRE));
            connected[session] = false;
        } else if (choice < 34) {
            connect(session);
        } else {
            request(session);
        }
    }

    private void connect(int session) {
        int timeoutMs = random.nextInt(8) == 0 ? 10_000_000 : SESSION_TIMEOUT_MS;
        client(session, Operation.of(Kind.CONNECT, timeoutMs));
        connected[session] = true;
    }

    private void attach(int session, String how) {
        client(session, Operation.of(Kind.ATTACH, how));
        connected[session] |= !how.equals("ahead");
    }

    private void client(int session, Operation operation) {
        steps.add(Step.of(session, operation));
    }

    private void request(int session) {
        Operation operation = operations.any(watched.get(session));
        if (aboutQuotas && (operation.kind() == Kind.MULTI || random.nextInt(5) == 0)) {
            operation = operations.aboutQuota();
        }
        if (operation.kind() == Kind.ADD_WATCH || operation.arguments().contains(true)) {
            watched.get(session).add((String) operation.argument(0));
        }
        boolean restoring = operation.kind() == Kind.SET_WATCHES || operation.kind() == Kind.SET_WATCHES2;
        if (restoring && connected[session] && random.nextBoolean()) {
            // as it is done by clients
            attach(session, "right");
        }
        boolean empty = operation.encode(Operations.NO_NAMES).length == 0;
        int oneIn = operation.kind() == Kind.RECONFIG ? 4 : 60;
        int cutBytes = !empty && random.nextInt(oneIn) == 0 ? 1 + random.nextInt(12) : 0;
        // ZooKeeper checks what follows a setACL by the old list until that is applied: see KeptDifferencesTest
        boolean pipelined = random.nextInt(3) == 0 && operation.kind() != Kind.SET_ACL && !aboutQuotas;
        // not -1, in which a reply could not be told from an event
        Integer xid = random.nextInt(80) == 0 ? ODD_XIDS.get(random.nextInt(ODD_XIDS.size())) : null;
        steps.add(new Step(session, pipelined, operation, cutBytes, xid));
        connected[session] &= !operation.kind().mayClose() || operation.kind() == Kind.AUTH;
    }

    static List<Script> scripts(long firstSeed, int count) {
        Script[] scripts = new Script[count];
        Arrays.setAll(scripts, i -> script(firstSeed + i));
        return List.of(scripts);
    }
}
