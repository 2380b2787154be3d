package io.muster.replica.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.muster.replica.peer.Membership.ClientAddress;
import io.muster.replica.peer.Membership.Endpoint;
import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Membership.Role;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MembershipTextTest {
    private static Membership members(String text) {
        MembershipText.Parsed parsed = MembershipText.parse(text);
        return assertInstanceOf(MembershipText.Parsed.Members.class, parsed, () -> text + "\n" + parsed)
                .membership();
    }

    private static String reason(String text) {
        return assertInstanceOf(MembershipText.Parsed.Malformed.class, MembershipText.parse(text))
                .reason();
    }

    @Test
    void allThereIsIsPrintedAndParsed() {
        SortedMap<Long, List<Long>> groups = new TreeMap<>();
        groups.put(1L, List.of(1L, 2L));
        groups.put(2L, List.of(3L));
        SortedMap<Long, Long> weights = new TreeMap<>();
        weights.put(2L, 0L);
        Membership membership = new Membership(
                List.of(
                        new Member(
                                1,
                                Role.PARTICIPANT,
                                List.of(new Endpoint("a.example", 2888, 3888), new Endpoint("b.example", 2889, 3889)),
                                new ClientAddress("0.0.0.0", 2181)),
                        new Member(2, Role.PARTICIPANT, List.of(new Endpoint("0:0:0:0:0:0:0:1", 1, 2)), null),
                        new Member(
                                3,
                                Role.PARTICIPANT,
                                List.of(new Endpoint("10.0.0.3", 2888, 3888)),
                                new ClientAddress("10.1.0.3", 2181)),
                        new Member(12, Role.OBSERVER, List.of(new Endpoint("o", 2888, 3888)), null)),
                groups,
                weights,
                0x1_0000_0000L);
        String text = String.join(
                "\n",
                "server.1=a.example:2888:3888|b.example:2889:3889:participant;0.0.0.0:2181",
                "server.2=[0:0:0:0:0:0:0:1]:1:2:participant",
                "server.3=10.0.0.3:2888:3888:participant;10.1.0.3:2181",
                "server.12=o:2888:3888:observer",
                "group.1=1:2",
                "group.2=3",
                "weight.1=1",
                "weight.2=0",
                "weight.3=1",
                "version=100000000");
        assertEquals(text, MembershipText.print(membership));
        assertEquals(membership, members(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            server.1=h:1:2                             > server.1=h:1:2:participant
            server.1=h:1:2:PARTICIPANT;2181            > server.1=h:1:2:participant;0.0.0.0:2181
            server.1=h:1:2;[::1]:2181                  > server.1=h:1:2:participant;[0:0:0:0:0:0:0:1]:2181
            server.1 : [2001:DB8::1]:1:2               > server.1=[2001:db8:0:0:0:0:0:1]:1:2:participant
            server.01=h:1:2|g:1:2                      > server.1=g:1:2|h:1:2:participant
            server.1 h:1:2:participant                 > server.1=h:1:2:participant
            """)
    void formsThatMayBeWrittenArePrintedInOneForm(String written, String printed) {
        assertEquals(printed + "\nversion=0", MembershipText.print(members(written)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "version=0",
                "server.1=h:1:2:observer",
                "server.x=h:1:2",
                "server.-1=h:1:2",
                "server.1=",
                "server.1=h",
                "server.1=h:1",
                "server.1=h:1:1",
                "server.1=h:1:70000",
                "server.1=h:1:2:leader",
                "server.1=h:1:2:participant:5",
                "server.1=h:1:2;",
                "server.1=h:1:2;x",
                "server.1=h:1:2;1;2",
                "server.1=h:1:2:participant|g:1:2:observer",
                "server.1=[::1:1:2",
                "server.1=h:1:2\nserver.01=g:1:2",
                "server.1=h:1:2\nclientPort=2181",
                "server.1=h:1:2\nversion=xyz",
                "server.1=h:1:2\nversion=-1",
                "server.1=h:1:2\nversion=fffffffffffffffff",
                "server.1=h:1:2\ngroup.1=1:x",
                "server.1=h:1:2\ngroup.x=1",
                "server.1=h:1:2\ngroup.1=1\ngroup.2=1",
                "server.1=h:1:2\nserver.2=g:1:2\ngroup.1=1",
                "server.1=h:1:2\nweight.1=-1\ngroup.1=1",
                "server.1=h:1:2\nweight.1=1",
                "server.1=\\u12",
            })
    void malformedTextIsAnAnswer(String text) {
        assertNotNull(reason(text));
    }

    @Test
    void theAnswerNamesTheEntry() {
        assertEquals(
                "server.2=h:1:1: its quorum port and its election port must differ",
                reason("server.1=h:1:2\nserver.2=h:1:1\nserver.3=x"));
    }

    @Test
    void commentsAndContinuedLinesAreThoseOfProperties() {
        Membership membership =
                members("# who\n! and who not\n\n  server.1 = h:1:2\\\n   :observer\r\nserver.2=g:1:2\nversion=1F");
        assertEquals(Role.OBSERVER, membership.members().get(0).role());
        assertEquals(0x1f, membership.version());
    }

    @Test
    void whatIsPrintedIsParsedToTheSame() {
        Random random = new Random(20261124);
        for (int i = 0; i < 2_000; i++) {
            Membership membership = RandomMemberships.next(random);
            String text = MembershipText.print(membership);
            assertEquals(membership, members(text), text);
        }
    }

    @Test
    void anyTextIsAnsweredAndNothingIsThrown() {
        Random random = new Random(4);
        String alphabet = "server.12group.weightversion=:|;[]\\\n\r \t#!u0a-";
        int parsed = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder(MembershipText.print(RandomMemberships.next(random)));
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                int at = random.nextInt(text.length());
                text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Membership membership = MembershipText.parse(text.toString()).orNull();
            if (membership != null) {
                parsed++;
                assertEquals(membership, members(MembershipText.print(membership)));
            }
        }
        assertEquals(true, parsed > 10_000, "parsed: " + parsed);
    }
}
