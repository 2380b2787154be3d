package io.muster.testkit.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.peer.Membership;
import io.muster.replica.peer.MembershipText;
import io.muster.replica.peer.RandomMemberships;
import java.io.StringReader;
import java.util.Properties;
import java.util.Random;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig.ConfigException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The text of a membership, read and printed by us and by ZooKeeper. */
class MembershipComparisonTest {
    private static final String SEVERAL_ADDRESSES = "zookeeper.multiAddress.enabled";
    private static String before;

    @BeforeAll
    static void allowSeveralAddresses() {
        before = System.setProperty(SEVERAL_ADDRESSES, "true");
        // or one participant with observers is refused, and by an exception that is not even checked
        QuorumPeerConfig.setStandaloneEnabled(false);
    }

    @AfterAll
    static void asItWas() {
        QuorumPeerConfig.setStandaloneEnabled(true);
        if (before == null) {
            System.clearProperty(SEVERAL_ADDRESSES);
        } else {
            System.setProperty(SEVERAL_ADDRESSES, before);
        }
    }

    private static String byZooKeeper(String text) throws Exception {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        return QuorumPeerConfig.parseDynamicConfig(properties, 3, false, false, null)
                .toString();
    }

    @Test
    void whatWePrintZooKeeperPrintsToo() throws Exception {
        Random random = new Random(20261124);
        for (int i = 0; i < 2_000; i++) {
            // names would be looked up
            String text = MembershipText.print(RandomMemberships.next(random))
                    .replace("zk-1.example.org", "9.8.7.6")
                    .replaceAll("(?<=[=|;])a(?=:)", "9.8.7.7");
            String sorted = MembershipText.print(parsed(text));
            assertEquals(byZooKeeper(text), sorted);
        }
    }

    @Test
    void whatWeTakeZooKeeperTakesAndMeansTheSame() throws Exception {
        Random random = new Random(5);
        String alphabet = "server.12:|;[]observer";
        int taken = 0;
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder("server.1=127.0.0.1:1:2:participant;3\nserver.2=[::1]:1:2:observer");
            for (int changes = random.nextInt(3); changes > 0; changes--) {
                text.setCharAt(random.nextInt(text.length()), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Membership ours = MembershipText.parse(text.toString()).orNull();
            if (ours != null && text.toString().matches("(?s)[^a-z]*server\\.\\d+=[\\d.\\[\\]:]+:\\d+:\\d+.*")) {
                taken++;
                try {
                    byZooKeeper(text.toString());
                } catch (ConfigException e) {
                    throw new AssertionError(text.toString(), e);
                }
            }
        }
        assertTrue(taken > 500, "taken: " + taken);
    }

    private static Membership parsed(String text) {
        Membership membership = MembershipText.parse(text).orNull();
        assertTrue(membership != null, text);
        return membership;
    }
}
