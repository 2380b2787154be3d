package io.muster.replica.zab;

import io.muster.replica.peer.Membership;
import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Notification;
import io.muster.replica.peer.PeerExtensions;
import io.muster.replica.peer.ServerState;
import io.muster.replica.state.State;
import io.muster.replica.state.Transaction;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An ensemble in one thread, on a time of its own, from one seed: servers that crash, links that break, directions that are
 * cut, disks that lose what was not forced. After a time of faults everything heals, and then everybody must serve.
 */
final class SimEnsemble {
    static final int TICK_MS = 100;
    private static final long MAX_EVENTS = 1_000_000;
    private static final int FAULTS_MS = 20_000;
    private static final int HEALED_MS = 60_000;

    private record Event(long atMs, long number, Runnable action) {}

    final Random random;
    final State initial = State.initial(1, true);
    final SimChecks checks = new SimChecks(this);
    final List<SimServer> servers = new ArrayList<>();
    final Map<State, List<Transaction>> contents = new IdentityHashMap<>();
    final Map<String, Integer> counts = new TreeMap<>();
    final int recentCount;
    final boolean isTraced;
    final List<String> trace = new ArrayList<>();
    long hash;
    long nowMs = 1_000;
    int nextRequest = 1;

    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.atMs != b.atMs ? Long.compare(a.atMs, b.atMs) : Long.compare(a.number, b.number));
    private final List<SimLink> links = new ArrayList<>();
    private final Set<String> cuts = new TreeSet<>();
    private final Membership membership;
    private final int slowDiskPercent;
    private final int networkJitterMs;
    private final long fromLogBytes;
    private final long lastCounter;
    private final int[] features;
    private final boolean hasFalseElections;
    private final boolean hasSlowEpochs;
    private final boolean isStorm;
    private long lastEvent;
    private boolean isFaulty = true;
    private boolean isRebooting = true;

    SimEnsemble(long seed, int voters, int observers, boolean isTraced) {
        this.random = new Random(seed * 7919 + voters);
        this.isTraced = isTraced;
        List<Member> members = new ArrayList<>();
        for (int id = 1; id <= voters + observers; id++) {
            Membership.Role role = id <= voters ? Membership.Role.PARTICIPANT : Membership.Role.OBSERVER;
            members.add(new Member(id, role, List.of(), null));
        }
        membership = new Membership(members, 0);
        recentCount = 1 + random.nextInt(12);
        slowDiskPercent = random.nextInt(3) == 0 ? 20 : 2;
        networkJitterMs = 1 + random.nextInt(20);
        fromLogBytes = random.nextBoolean() ? 0 : 1 << 20;
        lastCounter = random.nextInt(4) == 0 ? 20 + random.nextInt(30) : PeerSettings.Bounds.LAST_COUNTER;
        hasFalseElections = random.nextInt(3) == 0;
        isStorm = random.nextInt(5) == 0;
        hasSlowEpochs = isStorm || random.nextInt(3) == 0;
        features = new int[voters + observers + 1];
        for (int id = 1; id <= voters + observers; id++) {
            features[id] = random.nextInt(3) == 0 ? 0 : PeerExtensions.ROUNDS | PeerExtensions.CUMULATIVE_ACKS;
        }
        for (int id = 1; id <= voters + observers; id++) {
            servers.add(new SimServer(this, id));
        }
    }

    PeerSettings settings(long id) {
        return new PeerSettings(
                id,
                membership,
                "",
                TICK_MS,
                10,
                5,
                initial,
                new PeerSettings.Election(200, 2_000, 200),
                new PeerSettings.Bounds(recentCount, 1 << 20, fromLogBytes, lastCounter, features[(int) id]));
    }

    SimServer server(long id) {
        return servers.get((int) id - 1);
    }

    int votersOf(java.util.function.Predicate<SimServer> predicate) {
        int count = 0;
        for (SimServer server : servers) {
            boolean votes = membership.members().get((int) server.id - 1).role() == Membership.Role.PARTICIPANT;
            count += votes && predicate.test(server) ? 1 : 0;
        }
        return count;
    }

    int voters() {
        return votersOf(server -> true);
    }

    // time

    void at(long atMs, Runnable action) {
        events.add(new Event(atMs, lastEvent++, action));
    }

    void after(long ms, Runnable action) {
        at(nowMs + ms, action);
    }

    long networkMs() {
        return random.nextInt(networkJitterMs) + (isFaulty && random.nextInt(100) == 0 ? random.nextInt(300) : 0);
    }

    long diskMs(SimServer server) {
        SimDisk.Op next = server.disk.asked.peek();
        if (hasSlowEpochs && isFaulty && next != null && next.isEpoch()) {
            return random.nextInt(200);
        }
        return random.nextInt(100) < slowDiskPercent ? random.nextInt(isFaulty ? 400 : 20) : random.nextInt(4);
    }

    void log(SimServer server, Object what) {
        long last = server.disk.history.size();
        hash = (((hash * 31 + nowMs) * 31 + server.id) * 31 + last) * 31
                + what.getClass().getName().hashCode();
        if (isTraced) {
            trace.add(nowMs + " " + server.id + " " + what);
        }
    }

    void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    List<Transaction> content(State state) {
        if (state == initial) {
            return List.of();
        }
        List<Transaction> content = contents.get(state);
        if (content == null) {
            throw new AssertionError("an unknown state at " + state.zxid());
        }
        return content;
    }

    // network

    boolean isCut(long from, long to) {
        return cuts.contains(from + ">" + to);
    }

    private boolean canConnect(SimServer a, SimServer b) {
        return a.isUp && b.isUp && !a.isPaused && !b.isPaused && !isCut(a.id, b.id) && !isCut(b.id, a.id);
    }

    private @Nullable SimLink electionLink(long a, long b) {
        for (SimLink link : links) {
            if (link.isElection && link.joins(a, b)) {
                return link;
            }
        }
        return null;
    }

    void sayInElection(SimServer from, long to, Notification notification) {
        SimLink link = electionLink(from.id, to);
        if (link != null) {
            link.send(from.id, new PeerInput.NotificationArrived(from.id, notification));
        }
    }

    private void connectElections() {
        for (SimServer a : servers) {
            for (SimServer b : servers) {
                if (a.id < b.id && canConnect(a, b) && electionLink(a.id, b.id) == null && random.nextInt(3) > 0) {
                    links.add(new SimLink(this, b, a, true, 0, 0));
                    for (SimServer end : List.of(a, b)) {
                        SimServer peerEnd = end == a ? b : a;
                        end.inbox.add(new PeerInput.ElectionConnected(peerEnd.id));
                        Notification last = end.lastSaid.get(peerEnd.id);
                        if (last != null) {
                            sayInElection(end, peerEnd.id, last);
                        }
                        end.run();
                    }
                }
            }
        }
    }

    void connect(SimServer from, long link, long leader, int attempts, BooleanSupplier isWanted) {
        after(1 + networkMs(), () -> {
            if (!isWanted.getAsBoolean()) {
                return;
            }
            SimServer to = server(leader);
            boolean listens = to.role instanceof Role.Elected || to.role instanceof Role.Leading;
            if (canConnect(from, to) && listens) {
                SimLink made = new SimLink(this, from, to, false, link, to.nextLearnerLink());
                links.add(made);
                from.leaderLink = made;
                to.learnerLinks.put(made.learnerNumber, made);
                to.inbox.add(new PeerInput.LearnerConnected(made.learnerNumber));
                from.inbox.add(new PeerInput.LeaderConnected(link));
                to.run();
                from.run();
            } else if (attempts > 1) {
                after(100, () -> connect(from, link, leader, attempts - 1, isWanted));
            } else {
                from.inbox.add(new PeerInput.LeaderLost(link, "cannot be reached"));
                from.run();
            }
        });
    }

    void forget(SimLink link) {
        links.remove(link);
    }

    void breakLinksOf(long id) {
        List.copyOf(links).stream().filter(link -> link.isOf(id)).forEach(SimLink::breakNow);
    }

    // faults

    private void fault() {
        SimServer server = servers.get(random.nextInt(servers.size()));
        SimServer other = servers.get(random.nextInt(servers.size()));
        if (isStorm) {
            storm(server);
            return;
        }
        switch (random.nextInt(hasFalseElections ? 14 : 10)) {
            case 0, 1 -> {
                if (server.isUp) {
                    server.outputsLeft = random.nextInt(40);
                    count("crashes");
                }
            }
            case 2 -> {
                if (server.isUp) {
                    server.crash();
                    count("crashes");
                }
            }
            case 3 -> {
                if (!links.isEmpty()) {
                    links.get(random.nextInt(links.size())).breakNow();
                }
            }
            case 4 -> cuts.add(server.id + ">" + other.id);
            case 5 -> {
                for (SimServer each : servers) {
                    if (each != server) {
                        cuts.add(each.id + ">" + server.id);
                        cuts.add(server.id + ">" + each.id);
                    }
                }
            }
            case 6 -> heal();
            case 7 -> {
                server.isPaused = server.isUp;
                server.wasPaused = server.isUp;
                after(random.nextInt(2500), () -> resume(server));
            }
            case 10, 11, 12, 13 -> falseElection();
            default ->
                leader().ifPresent(leader -> {
                    leader.outputsLeft = random.nextInt(30);
                    count("leader crashes");
                });
        }
    }

    /** Claims, crashes in the middle of them, and links that break, one after the other: what epochs are there for. */
    private void storm(SimServer server) {
        switch (random.nextInt(6)) {
            case 0 -> {
                if (server.isUp) {
                    server.outputsLeft = random.nextInt(8);
                    count("crashes");
                }
            }
            case 1 -> breakLinksOf(server.id);
            default -> falseElection();
        }
    }

    /** Servers come to believe in a leader that nobody has elected: what is safe does not depend on elections. */
    private void falseElection() {
        SimServer claimant = servers.get(random.nextInt(voters()));
        if (!claimant.isUp || claimant.peer().role() instanceof Role.Leading) {
            return;
        }
        count("false elections");
        Vote vote = claimant.peer().ownVote();
        long round = claimant.peer().round;
        for (SimServer each : servers) {
            if (each != claimant) {
                claimant.inbox.add(said(each.id, ServerState.LOOKING, vote, round));
                if (each.isUp && random.nextInt(3) > 0) {
                    if (random.nextBoolean() && each.leaderLink != null) {
                        each.leaderLink.breakNow();
                    }
                    after(1 + networkMs(), () -> {
                        for (SimServer other : servers) {
                            ServerState state = other == claimant ? ServerState.LEADING : ServerState.FOLLOWING;
                            each.inbox.add(said(other.id, state, vote, round));
                        }
                        each.run();
                    });
                }
            }
        }
        claimant.run();
    }

    private static PeerInput said(long server, ServerState state, Vote vote, long round) {
        return new PeerInput.NotificationArrived(
                server,
                new Notification(state, vote.leader(), vote.zxid(), round, vote.peerEpoch(), Notification.VERSION, ""));
    }

    private void resume(SimServer server) {
        if (server.isPaused) {
            server.isPaused = false;
            server.run();
        }
    }

    private java.util.Optional<SimServer> leader() {
        return servers.stream()
                .filter(server -> server.isUp && server.role instanceof Role.Leading)
                .findFirst();
    }

    private void heal() {
        cuts.clear();
        List.copyOf(links).forEach(SimLink::healed);
    }

    private void reboot() {
        for (SimServer server : servers) {
            if (!server.isUp && isRebooting && (!isFaulty || random.nextInt(4) == 0)) {
                server.boot();
            }
        }
    }

    // the course of things

    private void everyMs(int ms, Runnable action) {
        after(ms, () -> {
            action.run();
            everyMs(ms, action);
        });
    }

    /** @throws AssertionError if an invariant does not hold, or not everybody serves at the end */
    void run() {
        begin();
        runUntil(nowMs + FAULTS_MS, () -> false);
        isFaulty = false;
        heal();
        servers.forEach(this::resume);
        if (!runUntil(nowMs + HEALED_MS, checks::everybodyServes)) {
            throw new AssertionError("not everybody serves after healing: " + servers);
        }
    }

    /**
     * Without faults, but that the leader dies and does not come back.
     *
     * @return how long it takes until another leads
     */
    long msWithoutLeader() {
        isFaulty = false;
        begin();
        if (!runUntil(nowMs + 10_000, () -> checks.committed() > 50 && checks.everybodyServes())) {
            throw new AssertionError("not everybody serves: " + servers);
        }
        isRebooting = false;
        leader().orElseThrow().crash();
        long diedMs = nowMs;
        if (!runUntil(nowMs + 10_000, () -> leader().isPresent())) {
            throw new AssertionError("nobody leads: " + servers);
        }
        return nowMs - diedMs;
    }

    private void begin() {
        servers.forEach(SimServer::boot);
        everyMs(50, this::connectElections);
        everyMs(150, this::reboot);
        everyMs(60, () -> {
            for (SimServer server : servers) {
                if (server.isUp && !server.isPaused && random.nextInt(3) > 0) {
                    server.proposeSome(random.nextInt(5));
                }
                if (server.isUp && random.nextInt(30) == 0) {
                    server.takeSnapshot();
                }
            }
        });
        int faultMs = isStorm ? 20 + random.nextInt(100) : 100 + random.nextInt(1000);
        everyMs(faultMs, () -> {
            if (isFaulty && random.nextInt(4) > 0) {
                fault();
            }
        });
    }

    private boolean runUntil(long endMs, BooleanSupplier isDone) {
        while (!events.isEmpty() && events.peek().atMs <= endMs && !isDone.getAsBoolean()) {
            Event event = events.remove();
            nowMs = event.atMs;
            checks.check(lastEvent < MAX_EVENTS, "Bounded: servers talk too much");
            event.action.run();
            checks.afterEvent();
        }
        return isDone.getAsBoolean();
    }
}
