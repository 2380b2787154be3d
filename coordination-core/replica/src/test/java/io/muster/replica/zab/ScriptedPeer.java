package io.muster.replica.zab;

import io.muster.protocol.OpCode;
import io.muster.protocol.Zxid;
import io.muster.replica.peer.LeaderPacket;
import io.muster.replica.peer.LearnerInfo;
import io.muster.replica.peer.LearnerPacket;
import io.muster.replica.peer.Membership;
import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Notification;
import io.muster.replica.peer.PeerExtensions;
import io.muster.replica.peer.ServerState;
import io.muster.replica.state.State;
import io.muster.replica.state.StateEditor;
import io.muster.replica.state.Transaction;
import io.muster.replica.state.Txn;
import io.muster.replica.state.TxnHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A peer whose world is a text: each command is one input, and what it puts out is told in lines. Zxids are written {@code
 * epoch.counter}. Nothing is on the disk until a command says so. Each command is a batch of its own.
 *
 * <pre>
 * server ID voters=A,B observers=C accepted=E current=E log=Z,Z snapshot=Z features=all window=N reads=BYTES lastCounter=N
 * connected ID · lost ID · heard ID STATE LEADER ZXID ROUND EPOCH
 * leader connected · leader lost · leader PACKET...
 * learner LINK connected · learner LINK lost · learner LINK PACKET...
 * persisted ZXID · accepted EPOCH · current EPOCH · installed ZXID · truncated ZXID LAST [reloaded] · read LINK ZXID,ZXID|none
 * propose COUNT · confirm · hand over · after MS
 * </pre>
 */
final class ScriptedPeer implements PeerOutputs {
    private static final int TICK_MS = 100;

    private final List<String> lines = new ArrayList<>();
    private final State initial = State.initial(1, true);

    @Nullable
    private Peer peer;

    private long nowMs = 1_000;
    private long lastLink;

    Peer peer() {
        if (peer == null) {
            throw new IllegalStateException("the first command is to be: server");
        }
        return peer;
    }

    /** After how many milliseconds the peer wants to look at the time. */
    long dueInMs() {
        return peer().dueMs() - nowMs;
    }

    /** Executes a command. @return what it put out */
    List<String> run(String command) {
        lines.clear();
        String[] words = command.trim().split("\\s+");
        execute(words);
        peer().endBatch();
        return List.copyOf(lines);
    }

    /** Executes commands. @return what the last of them put out */
    List<String> run(String... commands) {
        List<String> last = List.of();
        for (String command : commands) {
            last = run(command);
        }
        return last;
    }

    private void execute(String[] words) {
        switch (words[0]) {
            case "server" -> start(words);
            case "connected" -> step(new PeerInput.ElectionConnected(number(words[1])));
            case "lost" -> step(new PeerInput.ElectionLost(number(words[1])));
            case "heard" ->
                step(new PeerInput.NotificationArrived(
                        number(words[1]),
                        new Notification(
                                ServerState.valueOf(words[2]),
                                number(words[3]),
                                zxid(words[4]),
                                number(words[5]),
                                number(words[6]),
                                Notification.VERSION,
                                "")));
            case "leader" -> leader(words);
            case "learner" -> learner(number(words[1]), words);
            case "persisted" -> step(new PeerInput.Persisted(zxid(words[1])));
            case "accepted" -> step(new PeerInput.AcceptedEpochSaved(number(words[1])));
            case "current" -> step(new PeerInput.CurrentEpochSaved(number(words[1])));
            case "installed" -> step(new PeerInput.Installed(zxid(words[1])));
            case "truncated" ->
                step(new PeerInput.Truncated(
                        zxid(words[1]), zxid(words[2]), words.length > 3 ? stateAt(zxid(words[2])) : null));
            case "read" ->
                step(new PeerInput.LogRead(number(words[1]), words[2].equals("none") ? null : transactions(words[2])));
            case "propose" -> {
                for (int i = 0; i < number(words[1]); i++) {
                    peer().propose(transaction(peer().nextZxid()));
                }
            }
            case "confirm" -> lines.add("round " + peer().confirm());
            case "hand" -> peer().handOver();
            case "after" -> {
                nowMs += number(words[1]);
                step(new PeerInput.Tick(nowMs));
            }
            default -> throw new IllegalArgumentException("unknown command: " + String.join(" ", words));
        }
    }

    private void step(PeerInput input) {
        peer().step(input);
    }

    private void start(String[] words) {
        long id = number(words[1]);
        List<Member> members = new ArrayList<>();
        long accepted = 0;
        long current = 0;
        long snapshot = 0;
        int features = 0;
        int window = 500;
        long reads = 0;
        long lastCounter = PeerSettings.Bounds.LAST_COUNTER;
        List<Transaction> log = List.of();
        for (String word : Arrays.asList(words).subList(2, words.length)) {
            String value = word.substring(word.indexOf('=') + 1);
            switch (word.substring(0, word.indexOf('='))) {
                case "voters" -> members.addAll(members(value, Membership.Role.PARTICIPANT));
                case "observers" -> members.addAll(members(value, Membership.Role.OBSERVER));
                case "accepted" -> accepted = number(value);
                case "current" -> current = number(value);
                case "log" -> log = transactions(value);
                case "snapshot" -> snapshot = zxid(value);
                case "features" -> features = PeerExtensions.ROUNDS | PeerExtensions.CUMULATIVE_ACKS;
                case "window" -> window = (int) number(value);
                case "reads" -> reads = number(value);
                case "lastCounter" -> lastCounter = number(value);
                default -> throw new IllegalArgumentException(word);
            }
        }
        PeerSettings settings = new PeerSettings(
                id,
                new Membership(members, 0),
                "",
                TICK_MS,
                10,
                5,
                initial,
                PeerSettings.Election.DEFAULT,
                new PeerSettings.Bounds(window, 1 << 20, reads, lastCounter, features));
        peer = new Peer(settings, new Recovered(accepted, current, snapshot, snapshot, log), this);
        peer.start(nowMs);
    }

    private static List<Member> members(String ids, Membership.Role role) {
        return Arrays.stream(ids.split(","))
                .map(id -> new Member(number(id), role, List.of(), null))
                .toList();
    }

    private void leader(String[] words) {
        switch (words[1]) {
            case "connected" -> step(new PeerInput.LeaderConnected(lastLink));
            case "lost" -> step(new PeerInput.LeaderLost(lastLink, "gone"));
            default -> step(new PeerInput.FromLeader(lastLink, leaderPacket(words)));
        }
    }

    private LeaderPacket leaderPacket(String[] words) {
        String last = words[words.length - 1];
        return switch (words[1]) {
            case "LEADERINFO" ->
                new LeaderPacket.LeaderInfo(
                        number(words[2]), words.length > 3 ? PeerExtensions.encode(3) : LearnerInfo.PROTOCOL);
            case "DIFF" -> new LeaderPacket.Diff(zxid(last));
            case "TRUNC" -> new LeaderPacket.Trunc(zxid(last));
            case "SNAP" -> new LeaderPacket.Snap(zxid(last), stateAt(zxid(last)));
            case "NEWLEADER" -> new LeaderPacket.NewLeader(number(last), "");
            case "UPTODATE" -> new LeaderPacket.UpToDate();
            case "PROPOSAL" -> new LeaderPacket.Propose(transaction(zxid(last)));
            case "COMMIT" -> new LeaderPacket.Commit(zxid(last));
            case "COMMITANDACTIVATE" -> new LeaderPacket.CommitAndActivate(zxid(last), 1);
            case "INFORM" -> new LeaderPacket.Inform(transaction(zxid(last)));
            case "PING" -> new LeaderPacket.Ping(zxid(words[2]), number(words[3]));
            case "SYNC" -> new LeaderPacket.SyncDone();
            default -> throw new IllegalArgumentException(words[1]);
        };
    }

    private void learner(long link, String[] words) {
        switch (words[2]) {
            case "connected" -> step(new PeerInput.LearnerConnected(link));
            case "lost" -> step(new PeerInput.LearnerLost(link));
            default -> step(new PeerInput.FromLearner(link, learnerPacket(words)));
        }
    }

    /** FOLLOWERINFO ID ACCEPTED, OBSERVERINFO ID ACCEPTED, ACKEPOCH ZXID CURRENT, ACK ZXID, PING ZXID ROUND. */
    private static LearnerPacket learnerPacket(String[] words) {
        int version = words.length > 5 ? PeerExtensions.encode(3) : LearnerInfo.PROTOCOL;
        return switch (words[2]) {
            case "FOLLOWERINFO" ->
                new LearnerPacket.FollowerInfo(number(words[4]), new LearnerInfo(number(words[3]), version, 0));
            case "OBSERVERINFO" ->
                new LearnerPacket.ObserverInfo(number(words[4]), new LearnerInfo(number(words[3]), version, 0));
            case "ACKEPOCH" -> new LearnerPacket.AckEpoch(zxid(words[3]), Integer.parseInt(words[4]));
            case "ACK" -> new LearnerPacket.Ack(zxid(words[3]));
            case "PING" -> new LearnerPacket.PingReply(zxid(words[3]), number(words[4]), List.of());
            case "REQUEST" -> new LearnerPacket.Request(7, 1, OpCode.DELETE.code(), new byte[0], List.of());
            default -> throw new IllegalArgumentException(words[2]);
        };
    }

    private static long number(String word) {
        return Long.parseLong(word);
    }

    /** {@code epoch.counter}, or a plain number. */
    static long zxid(String word) {
        int dot = word.indexOf('.');
        return dot < 0
                ? Long.parseLong(word)
                : Zxid.of(Long.parseLong(word.substring(0, dot)), Long.parseLong(word.substring(dot + 1)));
    }

    static String text(long zxid) {
        return zxid <= 0 ? Long.toString(zxid) : Zxid.epoch(zxid) + "." + Zxid.counter(zxid);
    }

    static Transaction transaction(long zxid) {
        return new Transaction(new TxnHeader(0, 0, zxid, 0, OpCode.ERROR.code()), new Txn.Error(-1), null);
    }

    /** Some, separated by commas; {@code a-b} for a stretch of one epoch. */
    static List<Transaction> transactions(String words) {
        List<Transaction> all = new ArrayList<>();
        for (String word : words.split(",")) {
            int dash = word.indexOf('-');
            long first = zxid(dash < 0 ? word : word.substring(0, dash));
            long last = dash < 0 ? first : Zxid.of(Zxid.epoch(first), number(word.substring(dash + 1)));
            for (long zxid = first; zxid <= last; zxid++) {
                all.add(transaction(zxid));
            }
        }
        return all;
    }

    private State stateAt(long zxid) {
        StateEditor editor = initial.edit();
        if (zxid > 0) {
            editor.replay(transaction(zxid));
        }
        return editor.freeze();
    }

    // what comes out

    @Override
    public void notify(long server, Notification said) {
        String vote = said.leader() == Notification.NOBODY
                ? "nobody"
                : said.leader() + " zxid " + text(said.zxid()) + " epoch " + said.peerEpoch();
        lines.add("to " + server + ": " + said.state() + " round " + said.round() + " for " + vote);
    }

    @Override
    public void connectTo(long link, long leader) {
        lastLink = link;
        lines.add("connect to " + leader);
    }

    @Override
    public void disconnect(long link, String reason) {
        lines.add("disconnect: " + reason);
    }

    @Override
    public void toLeader(long link, LearnerPacket packet) {
        lines.add("to leader: " + packet.accept(new PacketText()));
    }

    @Override
    public void toLearner(long link, LeaderPacket packet) {
        lines.add("to learner " + link + ": " + packet.accept(new PacketText()));
    }

    @Override
    public void sendSnapshot(long link, @Nullable State state) {
        lines.add("to learner " + link + ": SNAP of " + (state == null ? "the state above" : text(state.zxid())));
    }

    @Override
    public void closeLearner(long link, String reason) {
        lines.add("close learner " + link + ": " + reason);
    }

    @Override
    public void append(Transaction transaction) {
        lines.add("append " + text(transaction.zxid()));
    }

    @Override
    public void truncate(long zxid, boolean reload) {
        lines.add("truncate after " + text(zxid) + (reload ? " and reload" : ""));
    }

    @Override
    public void install(State state, long zxid) {
        lines.add("install " + text(zxid));
    }

    @Override
    public void saveAcceptedEpoch(long epoch) {
        lines.add("save accepted epoch " + epoch);
    }

    @Override
    public void saveCurrentEpoch(long epoch) {
        lines.add("save current epoch " + epoch);
    }

    @Override
    public void readLog(long link, long after, long upTo, long maxBytes) {
        lines.add("read log for " + link + " after " + text(after) + " up to " + text(upTo));
    }

    @Override
    public void deliver(Transaction transaction, boolean mayRepeat) {
        lines.add("deliver " + text(transaction.zxid()) + (mayRepeat ? " again, perhaps" : ""));
    }

    @Override
    public void stateReplaced(State state) {
        lines.add("state is of " + text(state.zxid()));
    }

    @Override
    public void roleChanged(Role role, String why) {
        lines.add("now " + role + ": " + why);
    }

    @Override
    public void fromLearner(long link, long server, LearnerPacket packet) {
        lines.add("from learner " + link + ": " + packet.accept(new PacketText()));
    }

    @Override
    public void learnerLost(long link) {
        lines.add("learner " + link + " is gone");
    }

    @Override
    public void fromLeader(LeaderPacket packet) {
        lines.add("from leader: " + packet.accept(new PacketText()));
    }

    @Override
    public void confirmed(long round) {
        lines.add("confirmed " + round);
    }
}
